/* y = A x with A in compressed rows: row i has the elements start[i] .. start[i + 1] - 1, in ascending columns. */
static uint64_t mix(uint64_t v)
{
    v = (v ^ v >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    v = (v ^ v >> 27) * UINT64_C(0x94d049bb133111eb);
    return v ^ v >> 31;
}

/* How long a row is, relative to the others. Every hundredth or so of pattern 2 is up to fifty times as long as the shortest. */
static double weight(int64_t row)
{
    double u = (double)(mix((uint64_t)row + 77) >> 11) * 0x1p-53;
    if (pattern == 2)
        return 1 / (0.02 + u);
    return pattern == 1 || pattern == 3 ? 1 : 0.5 + u;
}

/* Rows' lengths by weight, none longer than the matrix is wide; what doesn't fit goes to the rows with room. */
static void cut_rows(int64_t rows, int64_t cols, int64_t nnz, int32_t *start)
{
    double sum = 0, before = 0;
    int64_t given = 0, left;
    for (int64_t i = 0; i < rows; i++)
        sum += weight(i);
    for (int64_t i = 0; i < rows; i++) {
        int64_t length = (int64_t)((before + weight(i)) / sum * (double)nnz + 0.5) - (int64_t)(before / sum * (double)nnz + 0.5);
        before += weight(i);
        length = length < cols ? length : cols;
        start[i + 1] = (int32_t)(given + length < nnz ? length : nnz - given);
        given += start[i + 1];
    }
    left = nnz - given;
    for (int64_t i = 0; i < rows && left > 0; i++) {
        int64_t more = left < cols - start[i + 1] ? left : cols - start[i + 1];
        start[i + 1] += (int32_t)more;
        left -= more;
    }
    start[0] = 0;
    for (int64_t i = 0; i < rows; i++)
        start[i + 1] += start[i];
}

/* The row's columns are cut into as many parts as it has elements (runs of `run` elements), each with one somewhere inside. */
static void scatter(int64_t length, int64_t cols, int64_t run, uint64_t seed, int32_t *column)
{
    int64_t parts = length / run, rest = length - parts * run, at = 0;
    for (int64_t p = 0; p < parts + (rest > 0); p++) {
        int64_t size = p < parts ? run : rest, begin = at * cols / length / run * run, end = (at + size) * cols / length / run * run;
        int64_t slack = end - begin - size;
        if (p == parts || slack < 0 || begin + size > cols)
            begin = at * cols / length, slack = (at + size) * cols / length - begin - size;
        begin += slack > 0 ? (int64_t)(mix(seed + (uint64_t)p) % (uint64_t)(slack + 1)) / run * run : 0;
        for (int64_t j = 0; j < size; j++)
            column[at + j] = (int32_t)(begin + j);
        at += size;
    }
}

void ts_inputs(int64_t rows, int64_t cols, int64_t nnz, int32_t *start, int32_t *column, T *value, T *x, T *y, void *workspace)
{
    (void)value, (void)x, (void)y, (void)workspace;
    for (int64_t k = 0; k < nnz; k++)
        column[k] = 0;
    cut_rows(rows, cols, nnz, start);
    for (int64_t i = 0; i < rows; i++) {
        int64_t length = start[i + 1] - start[i], first = i * cols / rows - length / 2;
        first = first < 0 ? 0 : first > cols - length ? cols - length : first;
        if (pattern == 1)
            for (int64_t j = 0; j < length; j++)
                column[start[i] + j] = (int32_t)(first + j);
        else if (length > 0)
            scatter(length, cols, pattern == 3 ? 4 : 1, 1000003 * (uint64_t)(pattern == 3 ? i / 8 : i), column + start[i]);
    }
}

void ts_reference(int64_t rows, int64_t cols, int64_t nnz, const int32_t *start, const int32_t *column, const T *value, const T *x, T *y,
                  void *workspace)
{
    (void)cols, (void)nnz, (void)workspace;
    for (int64_t i = 0; i < rows; i++) {
        T sum = 0;
        for (int32_t k = start[i]; k < start[i + 1]; k++)
            sum += value[k] * x[column[k]];
        y[i] = sum;
    }
}
