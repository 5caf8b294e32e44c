#include "tilesmith_plugin.h"

__extension__ typedef unsigned __int128 uint128;

static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

/* SplitMix64 (Steele, Lea, Flood 2014): its authors' advice for filling the state of xoshiro from one word.
 */
void ts_rng_seed(ts_rng *rng, uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        seed += 0x9e3779b97f4a7c15u;
        uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        rng->s[i] = z ^ (z >> 31);
    }
}

/* xoshiro256**: Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM TOMS 2021. */
uint64_t ts_rng_next(ts_rng *rng)
{
    uint64_t *s = rng->s;
    const uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    const uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019: multiply, and reject the few
 * biased low words. */
uint64_t ts_rng_below(ts_rng *rng, uint64_t bound)
{
    uint128 product = (uint128)ts_rng_next(rng) * bound;
    if ((uint64_t)product < bound) {
        const uint64_t biased = -bound % bound;
        while ((uint64_t)product < biased)
            product = (uint128)ts_rng_next(rng) * bound;
    }
    return (uint64_t)(product >> 64);
}

double ts_rng_unit(ts_rng *rng)
{
    return (double)(ts_rng_next(rng) >> 11) * 0x1p-53;
}
