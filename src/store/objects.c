/* What travels with a winner: its compiled form, and the variants that it could not be told apart from. */
#include "store/database.h"
#include "util/clock.h"
#include "util/hash.h"

static int put_tie(ts_store *s, int64_t winner, const ts_winner_tie *t)
{
    return ts_db_run(
        s,
        "INSERT OR IGNORE INTO ties (winner_id, configuration, variant, source, compiler, flags, "
        "fixed_shape, huge_pages, workspace_bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        "itttttiii", winner, t->configuration, t->variant, t->source, t->compiler, t->flags,
        (int64_t)t->fixed_shape, (int64_t)t->huge_pages, t->workspace_bytes);
}

/* One object for each variant, features and ABI: a later build replaces the earlier. */
static int put_object(ts_store *s, const char *identity, const ts_winner_object *o)
{
    char hex[TS_HASH_HEX], now[21];
    ts_hash hash;
    sqlite3_stmt *insert;
    ts_hash_begin(&hash);
    ts_hash_add(&hash, o->bytes, o->length);
    ts_hash_end(&hash, hex);
    ts_timestamp(now);
    int rc = ts_db_run(s, "DELETE FROM objects WHERE variant = ? AND features = ? AND abi = ?", "ttt",
                       o->variant, o->features, o->abi);
    if (rc == TS_OK)
        rc = ts_db_query(s, &insert,
                         "INSERT OR REPLACE INTO objects (hash, variant, features, abi, compiler_identity, "
                         "created, bytes) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         "tttttt", hex, o->variant, o->features, o->abi, identity, now);
    if (rc == TS_OK && sqlite3_bind_blob64(insert, 7, o->bytes, o->length, SQLITE_STATIC) != SQLITE_OK)
        rc = ts_db_fail(s);
    if (rc == TS_OK)
        rc = ts_db_step(s, insert);
    return rc < 0 ? rc : TS_OK;
}

static int drop_unused(ts_store *s)
{
    return ts_db_run(
        s,
        "DELETE FROM objects WHERE variant NOT IN (SELECT variant FROM winners WHERE current) AND "
        "variant NOT IN (SELECT t.variant FROM ties t JOIN winners w ON w.id = t.winner_id WHERE "
        "w.current)",
        "");
}

int ts_db_winner_extras(ts_store *s, const ts_winner *winner, const ts_winner_extras *extras)
{
    int64_t id = 0;
    int rc =
        ts_db_id(s, &id, "SELECT max(id) FROM winners WHERE current AND variant = ?", "t", winner->variant);
    for (size_t i = 0; rc == TS_OK && i < extras->tie_count; i++)
        rc = put_tie(s, id, &extras->ties[i]);
    for (size_t i = 0; rc == TS_OK && i < extras->object_count; i++)
        rc = put_object(s, winner->compiler_identity, &extras->objects[i]);
    return rc ? rc : drop_unused(s);
}
