-- Tilesmith's database, schema 1; schema_2.sql adds to it. Documented in docs/database.md; applied in one transaction to an empty file.
-- Times are in seconds, sizes in bytes, work in flop; NULL means not measured or not known, never zero.
-- A change here needs a migration and a new TS_SCHEMA_VERSION (store/runtime_schema.h).

-- Machines: detected (fingerprint), described (targets/NAME.xml, no fingerprint) or named by an imported file.
CREATE TABLE targets (
  id          INTEGER PRIMARY KEY,
  name        TEXT NOT NULL,
  kind        TEXT NOT NULL,                        -- cpu, gpu, ...; '' for an imported one
  fingerprint TEXT,                                 -- 16 hex digits: arch, vendor, feature bits, cache geometry
  imported    INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1)),
  xml         TEXT,                                 -- newest description
  updated     TEXT NOT NULL                         -- ISO 8601 UTC, as every time stamp here
) STRICT;
CREATE UNIQUE INDEX targets_detected  ON targets (fingerprint) WHERE fingerprint IS NOT NULL AND NOT imported;
CREATE UNIQUE INDEX targets_described ON targets (name) WHERE fingerprint IS NULL AND NOT imported;
CREATE UNIQUE INDEX targets_imported  ON targets (name, coalesce(fingerprint, '')) WHERE imported;

-- Versions of kernels: the hash covers manifest, templates and reference. '' where an import doesn't know it.
CREATE TABLE kernels (
  id   INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  hash TEXT NOT NULL,
  UNIQUE (name, hash)
) STRICT;

-- What is computed: one element type and shape of one version of a kernel.
CREATE TABLE problems (
  id        INTEGER PRIMARY KEY,
  kernel_id INTEGER NOT NULL REFERENCES kernels (id),
  type      TEXT NOT NULL,                          -- 'f32'
  shape     TEXT NOT NULL,                          -- 'm=512,n=512,k=512,ta=0,tb=0'
  flops     REAL,                                   -- of one call
  bytes     REAL,                                   -- compulsory traffic of one call
  UNIQUE (kernel_id, type, shape)
) STRICT;

-- Files that were imported; the hash makes a second import of the same file add nothing.
CREATE TABLE imports (
  id       INTEGER PRIMARY KEY,
  hash     TEXT NOT NULL UNIQUE,                    -- SHA-256 of the uncompressed file
  source   TEXT NOT NULL,                           -- its path when it was imported
  imported TEXT NOT NULL
) STRICT;

-- A tuning session: one problem on one target, under the conditions of the moment.
CREATE TABLE sessions (
  id              INTEGER PRIMARY KEY,
  target_id       INTEGER NOT NULL REFERENCES targets (id),
  problem_id      INTEGER NOT NULL REFERENCES problems (id),
  import_id       INTEGER REFERENCES imports (id),  -- NULL: measured here
  strategy        TEXT,
  evaluator       TEXT NOT NULL,                    -- 'hardware', 'model', 'imported'
  objective       TEXT NOT NULL,                    -- 'time': cost is in seconds per call
  options         TEXT,                             -- JSON
  seed            TEXT,                             -- unsigned 64-bit, decimal
  load            REAL,                             -- 1-minute load when it began
  steal           REAL,                             -- share of time taken by the hypervisor
  peak            REAL,                             -- measured flop/s
  governor        TEXT,
  kernel_release  TEXT,
  cpus            TEXT,
  library_version TEXT NOT NULL,
  started         TEXT NOT NULL,
  ended           TEXT,                             -- NULL: still running, or killed
  stop_reason     TEXT,
  summary         TEXT                              -- JSON: {default_seconds, search_seconds, finals_seconds}
) STRICT;
CREATE INDEX sessions_problem ON sessions (problem_id, target_id);

-- Parameter values: a JSON object with sorted keys, so that equal configurations are equal texts.
CREATE TABLE configurations (
  id         INTEGER PRIMARY KEY,
  problem_id INTEGER NOT NULL REFERENCES problems (id),
  parameters TEXT NOT NULL,
  UNIQUE (problem_id, parameters)
) STRICT;

-- What was compiled: the variant's hash covers source, compiler identity and flags.
CREATE TABLE builds (
  id       INTEGER PRIMARY KEY,
  variant  TEXT NOT NULL UNIQUE,                    -- 32 hex digits
  compiler TEXT NOT NULL,
  identity TEXT,                                    -- 'gcc 12.2.0 x86_64-linux-gnu'; known once a variant has won
  flags    TEXT NOT NULL
) STRICT;

-- Evaluations, in the order they were made. A failure keeps its status and reason and has no cost.
CREATE TABLE samples (
  id               INTEGER PRIMARY KEY,
  session_id       INTEGER NOT NULL REFERENCES sessions (id),
  configuration_id INTEGER NOT NULL REFERENCES configurations (id),
  build_id         INTEGER REFERENCES builds (id),
  status           TEXT NOT NULL
                   CHECK (status IN ('ok', 'wrong', 'compile_failed', 'crashed', 'timed_out', 'unavailable')),
  reason           TEXT,
  cost             REAL CHECK ((status = 'ok') = (cost IS NOT NULL)),  -- the session's objective, smaller is better
  timings          TEXT,                            -- JSON array: raw seconds per call
  inner            INTEGER,                         -- calls per raw timing
  error            REAL,                            -- largest deviation over tolerance; <= 1 is correct
  cached           INTEGER NOT NULL DEFAULT 0 CHECK (cached IN (0, 1)),  -- the object came from the build cache
  render           REAL,                            -- stage times of this evaluation
  compile          REAL,
  verify           REAL,
  measure          REAL,
  search           REAL,                            -- recorded by some imported files only
  counters         TEXT,                            -- JSON array of {name, unit, value | unavailable}
  created          TEXT NOT NULL
) STRICT;
CREATE INDEX samples_configuration ON samples (configuration_id);
CREATE INDEX samples_session       ON samples (session_id);

-- Winners with all it takes to build them again. History is kept: one row per (kernel, type, problem, target, objective) is current.
CREATE TABLE winners (
  id                INTEGER PRIMARY KEY,
  session_id        INTEGER NOT NULL REFERENCES sessions (id),
  target_id         INTEGER NOT NULL REFERENCES targets (id),
  current           INTEGER NOT NULL CHECK (current IN (0, 1)),
  kernel            TEXT NOT NULL,
  kernel_hash       TEXT NOT NULL,
  type              TEXT NOT NULL,
  problem           TEXT NOT NULL,
  objective         TEXT NOT NULL,
  configuration     TEXT NOT NULL,                  -- JSON object
  variant           TEXT NOT NULL,
  source            TEXT NOT NULL,                  -- self-contained C that defines ts_v_<variant>
  compiler          TEXT NOT NULL,
  compiler_identity TEXT,
  flags             TEXT NOT NULL,
  fixed_shape       INTEGER NOT NULL CHECK (fixed_shape IN (0, 1)),
  huge_pages        INTEGER NOT NULL CHECK (huge_pages IN (0, 1)),
  workspace_bytes   INTEGER NOT NULL,
  seconds           REAL NOT NULL,                  -- median of the finals, per call
  lo                REAL,                           -- its 95 % interval
  hi                REAL,
  flops             REAL,                           -- of one call
  peak              REAL,                           -- flop/s measured in the same rounds
  tied              TEXT,                           -- JSON array of the configurations that can't be told apart
  evaluations       INTEGER NOT NULL,
  library_version   TEXT NOT NULL,
  created           TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX winners_current ON winners (kernel, type, problem, target_id, objective) WHERE current;

-- The interface to libtilesmith-rt (store/runtime_schema.h). Machines only: described and imported targets are left out.
CREATE VIEW runtime_winners AS
SELECT w.kernel, w.type, w.problem, t.fingerprint, w.variant, w.source, w.compiler, w.flags, w.fixed_shape, w.huge_pages,
       w.workspace_bytes, w.seconds, w.flops, w.objective
FROM winners w JOIN targets t ON t.id = w.target_id
WHERE w.current AND t.fingerprint IS NOT NULL AND NOT t.imported;

-- For people: the current winners with their rate.
CREATE VIEW best AS
SELECT w.kernel, w.type, w.problem, t.name AS target, round(w.seconds * 1e6, 3) AS microseconds,
       round(w.flops / w.seconds / 1e9, 1) AS gflops, round(100 * w.flops / w.seconds / w.peak, 1) AS percent_of_peak,
       w.evaluations, w.compiler_identity AS compiler, w.configuration
FROM winners w JOIN targets t ON t.id = w.target_id
WHERE w.current;

-- For people: every evaluation with the names of what it belongs to.
CREATE VIEW evaluations AS
SELECT s.id, k.name AS kernel, p.type, p.shape AS problem, t.name AS target, e.evaluator, s.status, s.cost, s.reason,
       round(p.flops / s.cost / 1e9, 1) AS gflops, c.parameters, b.compiler, b.flags, s.created
FROM samples s
JOIN sessions e ON e.id = s.session_id
JOIN targets t ON t.id = e.target_id
JOIN configurations c ON c.id = s.configuration_id
JOIN problems p ON p.id = c.problem_id
JOIN kernels k ON k.id = p.kernel_id
LEFT JOIN builds b ON b.id = s.build_id;

-- For people: what failed, and why, most frequent first.
CREATE VIEW failures AS
SELECT kernel, type, problem, target, status, reason, count(*) AS times, min(parameters) AS example
FROM evaluations WHERE status <> 'ok'
GROUP BY kernel, type, problem, target, status, reason
ORDER BY times DESC;
