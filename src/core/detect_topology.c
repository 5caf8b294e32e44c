/* Cores, threads and caches: hwloc counts, CPUID (or sysfs) sizes; where the two differ the description says
 * so. */
#include "core/detect_parts.h"

#include <hwloc.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int64_t hwloc_cache_size(hwloc_topology_t topology, hwloc_obj_type_t type)
{
    hwloc_obj_t cache = topology ? hwloc_get_obj_by_type(topology, type, 0) : NULL;
    return cache ? (int64_t)cache->attr->cache.size : 0;
}

static void put_part(ts_detector *d, const char *level, const char *part, int64_t value, const char *unit,
                     const char *source)
{
    char name[32];
    if (value > 0) {
        snprintf(name, sizeof name, "%s.%s", level, part);
        ts_detect_put(d, name, ts_int(value), unit, NAN, NAN, "%s", source);
    }
}

static void describe_cache(ts_detector *d, const char *level, const ts_host_cache *cache, int64_t by_hwloc)
{
    char source[96];
    const char *platform = strcmp(d->host.arch, "x86_64") == 0 ? "CPUID cache leaf" : "sysfs";
    snprintf(source, sizeof source, "%s", platform);
    if (by_hwloc > 0 && by_hwloc != cache->size) {
        snprintf(source, sizeof source, "%s; hwloc says %" PRId64 " B", platform, by_hwloc);
    }
    if (cache->size == 0) {
        put_part(d, level, "size", by_hwloc, "B", "hwloc");
        return;
    }
    put_part(d, level, "size", cache->size, "B", source);
    put_part(d, level, "line", cache->line, "B", platform);
    put_part(d, level, "ways", cache->ways, "1", platform);
    put_part(d, level, "shared", cache->shared_by, "1", platform);
}

static void put_count(ts_detector *d, const char *name, hwloc_topology_t topology, hwloc_obj_type_t type)
{
    int count = topology ? hwloc_get_nbobjs_by_type(topology, type) : 0;
    if (count > 0) {
        ts_detect_put(d, name, ts_int(count), "1", NAN, NAN, "hwloc");
    } else if (type != HWLOC_OBJ_PACKAGE) {
        ts_detect_put(d, name, ts_int(sysconf(_SC_NPROCESSORS_ONLN)), "1", NAN, NAN,
                      "sysconf(_SC_NPROCESSORS_ONLN)");
    }
}

/* NULL if hwloc can't tell; the description then does with less. */
static hwloc_topology_t load_topology(void)
{
    hwloc_topology_t topology = NULL;
    if (hwloc_topology_init(&topology) != 0) {
        return NULL;
    }
    hwloc_topology_set_all_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_NONE);
    hwloc_topology_set_cache_types_filter(topology, HWLOC_TYPE_FILTER_KEEP_ALL);
    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_CORE, HWLOC_TYPE_FILTER_KEEP_ALL);
    hwloc_topology_set_type_filter(topology, HWLOC_OBJ_PACKAGE, HWLOC_TYPE_FILTER_KEEP_ALL);
    if (hwloc_topology_load(topology) != 0) {
        hwloc_topology_destroy(topology);
        return NULL;
    }
    return topology;
}

void ts_detect_topology(ts_detector *d)
{
    hwloc_topology_t topology = load_topology();
    put_count(d, "packages", topology, HWLOC_OBJ_PACKAGE);
    put_count(d, "cores", topology, HWLOC_OBJ_CORE);
    put_count(d, "threads", topology, HWLOC_OBJ_PU);
    describe_cache(d, "l1d", &d->host.l1d, hwloc_cache_size(topology, HWLOC_OBJ_L1CACHE));
    describe_cache(d, "l2", &d->host.l2, hwloc_cache_size(topology, HWLOC_OBJ_L2CACHE));
    describe_cache(d, "l3", &d->host.l3, hwloc_cache_size(topology, HWLOC_OBJ_L3CACHE));
    if (topology) {
        hwloc_topology_destroy(topology);
    }
}
