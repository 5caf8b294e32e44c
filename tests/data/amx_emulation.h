/*
 * AMX tiles in plain C, for variants that are compiled with -include of this file: the same macros, the same
 * rules about shapes (Intel SDM vol. 2, TDPBF16PS, TDPBSSD, TILELOADD), and a trap where the processor would
 * raise an exception. Each thread has its own tiles.
 */
#include <stdint.h>
#include <string.h>

static _Thread_local struct {
    uint8_t configured, palette;
    uint16_t row_bytes[8];
    uint8_t rows[8];
    uint8_t data[8][16][64];
} emulated_tiles;

static inline void emulated_require(int condition)
{
    if (!condition)
        __builtin_trap();
}

static inline void emulated_config(const void *config)
{
    const uint8_t *bytes = config;
    memset(&emulated_tiles, 0, sizeof emulated_tiles);
    memcpy(emulated_tiles.row_bytes, bytes + 16, sizeof emulated_tiles.row_bytes);
    memcpy(emulated_tiles.rows, bytes + 48, sizeof emulated_tiles.rows);
    emulated_require(bytes[0] == 1);
    for (int i = 1; i < 64; i++)
        emulated_require(bytes[i] == 0 || (i >= 16 && i < 32) || (i >= 48 && i < 56));
    for (int t = 0; t < 8; t++)
        emulated_require(emulated_tiles.row_bytes[t] <= 64 && emulated_tiles.rows[t] <= 16 &&
                         !emulated_tiles.row_bytes[t] == !emulated_tiles.rows[t]);
    emulated_tiles.configured = 1;
}

static inline void emulated_zero(int t)
{
    emulated_require(emulated_tiles.configured && emulated_tiles.rows[t]);
    memset(emulated_tiles.data[t], 0, sizeof emulated_tiles.data[t]);
}

static inline void emulated_load(int t, const void *from, int64_t stride)
{
    emulated_zero(t);
    for (int r = 0; r < emulated_tiles.rows[t]; r++)
        memcpy(emulated_tiles.data[t][r], (const char *)from + r * stride, emulated_tiles.row_bytes[t]);
}

static inline void emulated_store(int t, void *to, int64_t stride)
{
    emulated_require(emulated_tiles.configured && emulated_tiles.rows[t]);
    for (int r = 0; r < emulated_tiles.rows[t]; r++)
        memcpy((char *)to + r * stride, emulated_tiles.data[t][r], emulated_tiles.row_bytes[t]);
}

/* c += a*b for a row of A and a group of k; words says bfloat16, else bytes, A's signed or not. */
static inline void emulated_group(uint8_t *c, const uint8_t *a, const uint8_t *b, int words, int a_signed)
{
    if (words) {
        float sum;
        memcpy(&sum, c, 4);
        for (int e = 0; e < 2; e++) {
            uint32_t x = (uint32_t)(a[2 * e] | a[2 * e + 1] << 8) << 16,
                     y = (uint32_t)(b[2 * e] | b[2 * e + 1] << 8) << 16;
            float p, q;
            memcpy(&p, &x, 4);
            memcpy(&q, &y, 4);
            sum += p * q;
        }
        memcpy(c, &sum, 4);
    } else {
        int32_t sum;
        memcpy(&sum, c, 4);
        for (int e = 0; e < 4; e++)
            sum += (a_signed ? (int8_t)a[e] : a[e]) * (int8_t)b[e];
        memcpy(c, &sum, 4);
    }
}

static inline void emulated_product(const char *op, int c, int a, int b)
{
    emulated_require(emulated_tiles.configured && c != a && c != b && a != b);
    emulated_require(emulated_tiles.rows[c] == emulated_tiles.rows[a] &&
                     emulated_tiles.row_bytes[c] == emulated_tiles.row_bytes[b] &&
                     emulated_tiles.row_bytes[a] == 4 * emulated_tiles.rows[b]);
    for (int r = 0; r < emulated_tiles.rows[c]; r++)
        for (int g = 0; g < emulated_tiles.rows[b]; g++)
            for (int j = 0; j < emulated_tiles.row_bytes[c]; j += 4)
                emulated_group(&emulated_tiles.data[c][r][j], &emulated_tiles.data[a][r][4 * g],
                               &emulated_tiles.data[b][g][j], strcmp(op, "tdpbf16ps") == 0,
                               strcmp(op, "tdpbssd") == 0);
}

#define TILE_ALLOW()               ((void)0)
#define TILE_CONFIG(config)        emulated_config(config)
#define TILE_RELEASE()             (emulated_tiles.configured = 0)
#define TILE_ZERO(t)               emulated_zero(t)
#define TILE_LOAD(t, from, stride) emulated_load(t, from, stride)
#define TILE_STORE(t, to, stride)  emulated_store(t, to, stride)
#define TILE_DP(op, c, a, b)       emulated_product(#op, c, a, b)
