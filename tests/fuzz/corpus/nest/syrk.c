/* The lower triangle of C = alpha A A' + beta C. */
void rank_update(int n, int m, double alpha, double beta, double C[n][n], const double A[n][m])
{
#pragma tilesmith tile(i,j,k) unroll(k) interchange vectorize(k)
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++)
            C[i][j] *= beta;
        for (int k = 0; k < m; k++)
            for (int j = 0; j <= i; j++)
                C[i][j] += alpha * A[i][k] * A[j][k];
    }
}
