#include "tilesmith_plugin.h"

const char *ts_status_name(ts_status status)
{
    switch (status) {
    case TS_STATUS_OK:
        return "ok";
    case TS_STATUS_WRONG:
        return "wrong";
    case TS_STATUS_COMPILE_FAILED:
        return "compile_failed";
    case TS_STATUS_CRASHED:
        return "crashed";
    case TS_STATUS_TIMED_OUT:
        return "timed_out";
    case TS_STATUS_UNAVAILABLE:
        return "unavailable";
    }
    return "unknown";
}
