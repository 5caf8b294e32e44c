/* D = alpha A B C + beta D, as two products of matrices. */
void two_products(int rows, int columns, int inner, int last, double alpha, double beta, double tmp[rows][columns],
                  const double A[rows][inner], const double B[inner][columns], const double C[columns][last],
                  double D[rows][last])
{
#pragma tilesmith tile(i,j,k) unroll(k) interchange vectorize(j)
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            tmp[i][j] = 0.0;
            for (int k = 0; k < inner; k++)
                tmp[i][j] += alpha * A[i][k] * B[k][j];
        }
#pragma tilesmith tile(i,j,k) unroll(k) interchange vectorize(j)
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < last; j++) {
            D[i][j] *= beta;
            for (int k = 0; k < columns; k++)
                D[i][j] += tmp[i][k] * C[k][j];
        }
}
