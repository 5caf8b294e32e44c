/* From an error code to a message and an exit status. */
#include "cli/cli.h"

int ts_report_failure(int code)
{
    if (code == TS_OK)
        return 0;
    const char *sentence = ts_error();
    if (*sentence)
        fprintf(stderr, "tilesmith: %s\n", sentence);
    switch (code) {
    case TS_EINPUT:
    case TS_ENOTFOUND:
    case TS_ESYSTEM:
        return 2;
    case TS_EINTR:
        return 130;
    default:
        return 1;
    }
}
