/* The policy of adaptation: see bandit.h. */
#include "runtime/bandit.h"
#include <math.h>

/* Of calls that may explore; of those, that do while nothing is to be learned (the rest is saved for a
 * drift); and of the cost of all calls that exploring ones may add. */
#define EXPLORE       0.02
#define EXPLORE_QUIET 0.002
#define EXCESS        0.015

/* Two variants closer than this count as equal: switching between them would gain nothing. */
#define MARGIN 0.03
/* What a single timing scatters by when nothing is known yet: the p95 of a quiet machine. */
#define SCATTER 0.05
/* Samples of one arm are not further apart than this unless a call was interrupted. */
#define OUTLIER 0.15
/* Samples that the level remembers, and after which the drift detector watches it. */
#define MEMORY  24
#define SETTLED 8
/* Page's cumulative sum (Page, "Continuous inspection schemes", Biometrika 41, 1954): changes below ALLOWANCE
 * are noise; an alarm when what exceeds it adds up to ALARM. A single value counts at most CLAMP, so that one
 * interrupted call is no drift. */
#define ALLOWANCE 0.06
#define ALARM     0.9
#define CLAMP     0.35

void tsrt_bandit_init(tsrt_bandit *b, size_t arms, double deadline)
{
    *b = (tsrt_bandit){
        .count = arms < TSRT_ARMS ? arms : TSRT_ARMS, .deadline = deadline, .spread = SCATTER * SCATTER};
}

static double clamp(double x, double limit)
{
    return x > limit ? limit : x < -limit ? -limit : x;
}

/* Half the width of a 95 % interval of an arm's ratio. */
static double doubt(const tsrt_bandit *b, const tsrt_arm *arm)
{
    return 2 * sqrt(b->spread * (1.0 / arm->samples + 1.0 / (b->settled > 0 ? b->settled : 1)));
}

/* Is there anything to learn about this arm? Tried less than twice (one call may have been interrupted), or
 * not told apart from the chosen one yet. */
static bool open_question(const tsrt_bandit *b, size_t i)
{
    const tsrt_arm *arm = &b->arms[i];
    if (i == b->chosen || arm->rejected)
        return false;
    return arm->samples < 2 || (arm->samples < 4 && fabs(arm->ratio) < doubt(b, arm));
}

/* The arm with fewest samples among those in question; else, for a quiet look around, among those not
 * hopeless. */
static size_t next_arm(const tsrt_bandit *b, bool *quiet)
{
    size_t best = b->count, other = b->count;
    for (size_t i = 0; i < b->count; i++) {
        const tsrt_arm *arm = &b->arms[i];
        if (open_question(b, i) && (best == b->count || arm->samples < b->arms[best].samples))
            best = i;
        if (i != b->chosen && !arm->rejected && arm->ratio < 0.7 &&
            (other == b->count || arm->samples < b->arms[other].samples))
            other = i;
    }
    *quiet = best == b->count;
    return *quiet ? other : best;
}

size_t tsrt_bandit_pick(tsrt_bandit *b)
{
    b->calls++;
    if (b->settled < SETTLED || b->excess > EXCESS * b->spent)
        return b->chosen;
    bool quiet;
    size_t arm = next_arm(b, &quiet);
    double share = quiet ? EXPLORE_QUIET : EXPLORE;
    if (arm == b->count || (double)(b->explored + 1) > share * (double)b->calls)
        return b->chosen;
    b->explored++;
    return arm;
}

/* From here on everything is relative to `arm`. */
static void choose(tsrt_bandit *b, size_t arm)
{
    double ratio = b->arms[arm].ratio, time_ratio = b->arms[arm].time_ratio;
    for (size_t i = 0; i < b->count; i++) {
        b->arms[i].ratio -= ratio;
        b->arms[i].time_ratio -= time_ratio;
    }
    b->arms[b->chosen].samples = b->settled;
    b->level += ratio;
    b->time_level += time_ratio;
    b->settled = b->arms[arm].samples;
    b->chosen = arm;
    b->slower = b->faster = 0;
}

static bool in_time(const tsrt_bandit *b, const tsrt_arm *arm)
{
    return b->deadline <= 0 || exp(b->time_level + arm->time_ratio) <= b->deadline;
}

/* Better beyond doubt and by more than the margin. Who misses the deadline is judged by time. */
static bool better(const tsrt_bandit *b, size_t i)
{
    const tsrt_arm *arm = &b->arms[i], *chosen = &b->arms[b->chosen];
    if (i == b->chosen || arm->rejected || arm->samples == 0)
        return false;
    double ratio = arm->ratio;
    if (!in_time(b, chosen))
        ratio = arm->time_ratio;
    else if (!in_time(b, arm))
        return false;
    return ratio < -(MARGIN > doubt(b, arm) ? MARGIN : doubt(b, arm));
}

static unsigned switch_to(tsrt_bandit *b, size_t arm)
{
    if (!better(b, arm))
        return 0;
    choose(b, arm);
    return TSRT_SWITCHED;
}

/* What was known of the others was relative to a level that no longer holds. */
static unsigned drift(tsrt_bandit *b, double cost, double seconds)
{
    for (size_t i = 0; i < b->count; i++)
        b->arms[i].samples = 0;
    b->level = cost;
    b->time_level = seconds;
    b->settled = 1;
    b->slower = b->faster = 0;
    return TSRT_DRIFTED;
}

/* The other arm that looks best, where the level was corrected to what it didn't promise. */
static size_t rival(const tsrt_bandit *b)
{
    size_t best = b->chosen;
    for (size_t i = 0; i < b->count; i++)
        if (better(b, i) && (best == b->chosen || b->arms[i].ratio < b->arms[best].ratio))
            best = i;
    return best;
}

static unsigned observe_chosen(tsrt_bandit *b, double cost, double seconds)
{
    if (b->settled == 0) {
        b->level = cost;
        b->time_level = seconds;
    }
    double off = cost - b->level, weight = 1.0 / (b->settled < MEMORY ? b->settled + 1 : MEMORY);
    if (b->settled >= SETTLED) {
        off = clamp(off, CLAMP);
        b->slower = fmax(0, b->slower + off - ALLOWANCE);
        b->faster = fmax(0, b->faster - off - ALLOWANCE);
        if (b->slower > ALARM || b->faster > ALARM)
            return drift(b, cost, seconds);
        b->spread += (fmin(off * off, 4 * b->spread + 1e-4) - b->spread) / MEMORY;
    }
    bool suspected = b->slower > 0.3 * ALARM || b->faster > 0.3 * ALARM;
    if (!suspected) { /* a level that followed would hide the drift */
        b->level += weight * off;
        b->time_level += weight * clamp(seconds - b->time_level, CLAMP);
    }
    if (b->settled < SETTLED) /* its first samples correct what few of them promised */
        for (size_t i = 0; i < b->count; i++)
            if (i != b->chosen)
                b->arms[i].ratio -= weight * off;
    b->settled += b->settled < UINT32_MAX;
    return b->settled == SETTLED && rival(b) != b->chosen ? switch_to(b, rival(b)) : 0;
}

unsigned tsrt_bandit_observe(tsrt_bandit *b, size_t arm, double cost, double seconds)
{
    tsrt_arm *a = &b->arms[arm];
    if (!(cost > 0) || !(seconds > 0) || !isfinite(cost) || !isfinite(seconds))
        return 0;
    b->spent += cost;
    if (arm == b->chosen)
        return observe_chosen(b, log(cost), log(seconds));
    b->excess += fmax(0, cost - exp(b->level));
    double ratio = log(cost) - b->level, off = ratio - a->ratio;
    if (off < -OUTLIER) /* only interruptions lie that far off, and they make calls slower: start again */
        a->samples = 0;
    a->samples++;
    double weight = 1.0 / (a->samples < MEMORY ? a->samples : MEMORY);
    a->ratio += weight * (a->samples > 1 ? clamp(off, OUTLIER) : off);
    a->time_ratio += weight * (log(seconds) - b->time_level - a->time_ratio);
    return switch_to(b, arm);
}

void tsrt_bandit_reject(tsrt_bandit *b, size_t arm)
{
    b->arms[arm].rejected = true;
}
