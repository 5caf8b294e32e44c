/*
 * What the scripts of this folder need beyond a shell, without asking for an interpreter or the sqlite3
 * shell: probe sql DATABASE QUERY            rows, columns separated by a blank probe json FILE [PATH] the
 * value at a path such as shapes.0.resumed, or nothing if PATH is left out: is it JSON? probe interrupt N
 * ROWS DATABASE COMMAND...  run it, wait for ROWS new samples, send it N times SIGINT; its exit status
 */
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int run_sql(const char *database, const char *query)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_open(database, &db);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(db, 10000);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, query, -1, &statement, NULL);
    while (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
        for (int c = 0; c < sqlite3_column_count(statement); c++) {
            const unsigned char *text = sqlite3_column_text(statement, c);
            printf("%s%s", c ? " " : "", text ? (const char *)text : "");
        }
        printf("\n");
    }
    if (rc == SQLITE_OK)
        rc = sqlite3_finalize(statement);
    if (rc != SQLITE_OK)
        fprintf(stderr, "probe: %s\n", sqlite3_errmsg(db));
    sqlite3_close(db);
    return rc != SQLITE_OK;
}

static json_t *step(json_t *at, const char *name)
{
    char *end;
    size_t index = strtoul(name, &end, 10);
    if (json_is_array(at) && *name && !*end)
        return json_array_get(at, index);
    return json_object_get(at, name);
}

static int run_json(const char *file, char *path)
{
    json_error_t error;
    json_t *root = json_load_file(file, 0, &error), *at = root;
    if (!root) {
        fprintf(stderr, "probe: %s:%d: %s\n", file, error.line, error.text);
        return 1;
    }
    for (char *name = path ? strtok(path, ".") : NULL; name && at; name = strtok(NULL, "."))
        at = step(at, name);
    if (path && json_is_string(at))
        printf("%s\n", json_string_value(at));
    else if (path && at && json_dumpf(at, stdout, JSON_ENCODE_ANY | JSON_COMPACT) == 0)
        printf("\n");
    bool found = at != NULL;
    json_decref(root);
    return !found;
}

/* Samples in the database; 0 while there is none. */
static long stored(const char *database)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *statement = NULL;
    long count = 0;
    if (sqlite3_open_v2(database, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT count(*) FROM samples", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        count = (long)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(db);
    return count;
}

static void pause_ms(long ms)
{
    struct timespec time = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&time, NULL);
}

static int exit_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static pid_t start(char **command)
{
    pid_t child = fork();
    if (child == 0) {
        /* A shell starts its background jobs with SIGINT ignored; this one must feel it. */
        signal(SIGINT, SIG_DFL);
        execvp(command[0], command);
        _exit(127);
    }
    return child;
}

static int run_interrupt(int times, long rows, const char *database, char **command)
{
    long before = stored(database);
    int status = 0;
    pid_t child = start(command);
    for (int i = 0; i < 1200 && stored(database) < before + rows; i++) {
        if (waitpid(child, &status, WNOHANG) == child) {
            fprintf(stderr, "probe: ended before it was interrupted\n");
            return exit_status(status);
        }
        pause_ms(50);
    }
    time_t sent = time(NULL);
    for (int i = 0; i < times; i++) {
        kill(child, SIGINT);
        pause_ms(300);
    }
    for (int i = 0; i < 600 && waitpid(child, &status, WNOHANG) != child; i++)
        pause_ms(50);
    fprintf(stderr, "stopped after %ld s, %ld stored\n", (long)(time(NULL) - sent),
            stored(database) - before);
    if (kill(child, 0) == 0) {
        kill(child, SIGKILL);
        return 99;
    }
    return exit_status(status);
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "sql") == 0)
        return run_sql(argv[2], argv[3]);
    if ((argc == 3 || argc == 4) && strcmp(argv[1], "json") == 0)
        return run_json(argv[2], argc == 4 ? argv[3] : NULL);
    if (argc > 5 && strcmp(argv[1], "interrupt") == 0)
        return run_interrupt(atoi(argv[2]), atol(argv[3]), argv[4], argv + 5);
    fprintf(stderr, "usage: probe sql DB QUERY | json FILE [PATH] | interrupt N ROWS DB COMMAND...\n");
    return 2;
}
