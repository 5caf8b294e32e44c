/* C += A B, where A and C are triangles. */
void triangles(int n, double C[n][n], const double A[n][n], const double B[n][n])
{
#pragma tilesmith tile(i,j,k) unroll(k) interchange vectorize(j)
    for (int i = 0; i < n; i++)
        for (int k = 0; k <= i; k++)
            for (int j = k; j < n - i; j++)
                C[i][j] += A[i][k] * B[k][j];
}
