/* See element.h. */
#include "build/element.h"

#include <math.h>
#include <string.h>

enum { CHUNK = 512 };

#define PLAIN_ELEMENT(ctype, name)                                                                           \
    static void load_##name(double *to, const void *from, size_t n)                                          \
    {                                                                                                        \
        const ctype *x = from;                                                                               \
        for (size_t i = 0; i < n; i++)                                                                       \
            to[i] = (double)x[i];                                                                            \
    }                                                                                                        \
    static void store_##name(void *to, const double *from, size_t n)                                         \
    {                                                                                                        \
        ctype *x = to;                                                                                       \
        for (size_t i = 0; i < n; i++)                                                                       \
            x[i] = (ctype)from[i];                                                                           \
    }

PLAIN_ELEMENT(float, f32)
PLAIN_ELEMENT(double, f64)
PLAIN_ELEMENT(int8_t, i8)
PLAIN_ELEMENT(uint8_t, u8)
PLAIN_ELEMENT(int32_t, i32)

/* bfloat16 is the upper half of an IEEE single; stored with rounding to nearest even. */
static void load_bf16(double *to, const void *from, size_t n)
{
    const uint16_t *x = from;
    for (size_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)x[i] << 16;
        float value;
        memcpy(&value, &bits, sizeof value);
        to[i] = (double)value;
    }
}

static void store_bf16(void *to, const double *from, size_t n)
{
    uint16_t *x = to;
    for (size_t i = 0; i < n; i++) {
        float value = (float)from[i];
        uint32_t bits;
        memcpy(&bits, &value, sizeof bits);
        x[i] = isnan(value) ? (uint16_t)(bits >> 16 | 0x40)
                            : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
}

static const ts_element elements[] = {
    {"f32", sizeof(float), false, -1, 1, load_f32, store_f32},
    {"f64", sizeof(double), false, -1, 1, load_f64, store_f64},
    {"bf16", sizeof(uint16_t), false, -1, 1, load_bf16, store_bf16},
    {"i8", sizeof(int8_t), true, INT8_MIN, INT8_MAX, load_i8, store_i8},
    {"u8", sizeof(uint8_t), true, 0, UINT8_MAX, load_u8, store_u8},
    /* As small as bytes: a reference must be able to sum products of them. */
    {"i32", sizeof(int32_t), true, INT8_MIN, INT8_MAX, load_i32, store_i32},
};

int ts_element_find(ts_operand_type type, const ts_element **out)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(elements[i].name, type.name) == 0 && (int64_t)elements[i].size == type.size) {
            *out = &elements[i];
            return TS_OK;
        }
    return ts_fail(TS_EINPUT,
                   "element type '%s' of %lld bytes can't be verified; known are f32 (4), f64 (8), bf16 (2), "
                   "i8 (1), u8 (1) and i32 (4)",
                   type.name, (long long)type.size);
}

int ts_elements_find(const ts_problem *p, const ts_element *out[TS_MAX_TENSORS])
{
    int rc = TS_OK;
    for (size_t t = 0; t < p->kernel->tensor_count && rc == TS_OK; t++)
        rc = ts_element_find(ts_problem_tensor_type(p, t), &out[t]);
    return rc;
}

/* splitmix64 (Steele, Lea & Flood 2014) as a hash of the position. */
static uint64_t mix(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return x ^ x >> 31;
}

static double value_at(const ts_element *e, uint64_t seed, uint64_t position, bool grid)
{
    uint64_t h = mix(seed * UINT64_C(0xd1342543de82ef95) + position);
    double eighths = (double)(int64_t)((h >> 32) * 17 >> 32) - 8;
    if (e->integral && grid)
        return e->low < 0 ? eighths : eighths + 8;
    if (e->integral)
        return e->low + (double)((h >> 32) * (uint64_t)(e->high - e->low + 1) >> 32);
    return grid ? eighths / 8 : (double)(int64_t)(h >> 11) * 0x1p-52 - 1;
}

void ts_element_fill(const ts_element *e, void *to, uint64_t seed, uint64_t first, size_t n, bool grid)
{
    double values[CHUNK];
    for (size_t done = 0; done < n;) {
        size_t part = n - done < CHUNK ? n - done : CHUNK;
        for (size_t i = 0; i < part; i++)
            values[i] = value_at(e, seed, first + done + i, grid);
        e->store((char *)to + done * e->size, values, part);
        done += part;
    }
}

void ts_element_fill_noise(const ts_element *e, void *to, uint64_t seed, size_t n)
{
    unsigned char *bytes = to;
    bool done = ts_element_fill_nan(e, to, n);
    for (size_t i = 0; i < n * e->size && !done; i++)
        bytes[i] = (unsigned char)mix(seed * UINT64_C(0xd1342543de82ef95) + i);
}

bool ts_element_fill_nan(const ts_element *e, void *to, size_t n)
{
    if (e->integral)
        return false;
    double nan = NAN;
    for (size_t i = 0; i < n; i++)
        e->store((char *)to + i * e->size, &nan, 1);
    return true;
}

bool ts_element_any_nan(const ts_element *e, const void *from, size_t n)
{
    double values[CHUNK];
    for (size_t done = 0; done < n && !e->integral;) {
        size_t part = n - done < CHUNK ? n - done : CHUNK;
        e->load(values, (const char *)from + done * e->size, part);
        for (size_t i = 0; i < part; i++)
            if (isnan(values[i]))
                return true;
        done += part;
    }
    return false;
}

double ts_element_largest(const ts_element *e, const void *from, size_t n)
{
    double values[CHUNK], largest = 0;
    for (size_t done = 0; done < n;) {
        size_t part = n - done < CHUNK ? n - done : CHUNK;
        e->load(values, (const char *)from + done * e->size, part);
        for (size_t i = 0; i < part; i++)
            if (isfinite(values[i]) && fabs(values[i]) > largest)
                largest = fabs(values[i]);
        done += part;
    }
    return largest;
}
