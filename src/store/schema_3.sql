-- From schema 2 to 3: compiled winners travel in the file, what was tied with a winner can be built as well, and
-- what running programs learned has a place of its own, so that it never overwrites what was measured.

-- Compiled variants by content. features and abi are those of the machine that compiled it: libtilesmith-rt loads
-- one only where it has all of these features and the same ABI, and only if the bytes hash to the key.
CREATE TABLE objects (
  hash              TEXT PRIMARY KEY,               -- SHA-256 of bytes
  variant           TEXT NOT NULL,
  features          TEXT NOT NULL,                  -- names of feature bits, sorted: 'avx avx2 fma'
  abi               TEXT NOT NULL,                  -- 'x86_64 elf64 glibc'
  compiler_identity TEXT,
  bytes             BLOB NOT NULL,
  created           TEXT NOT NULL
) STRICT;
CREATE INDEX objects_variant ON objects (variant);

-- Variants that the finals could not tell apart from a winner (the winner itself is not among them); and the fastest for any shape, if
-- these are all compiled for theirs.
CREATE TABLE ties (
  id              INTEGER PRIMARY KEY,
  winner_id       INTEGER NOT NULL REFERENCES winners (id),
  configuration   TEXT NOT NULL,                    -- JSON object
  variant         TEXT NOT NULL,
  source          TEXT NOT NULL,
  compiler        TEXT NOT NULL,
  flags           TEXT NOT NULL,
  fixed_shape     INTEGER NOT NULL CHECK (fixed_shape IN (0, 1)),
  huge_pages      INTEGER NOT NULL CHECK (huge_pages IN (0, 1)),
  workspace_bytes INTEGER NOT NULL,
  UNIQUE (winner_id, variant)
) STRICT;

-- The columns of runtime_winners, of what may stand in for a winner.
CREATE VIEW runtime_ties AS
SELECT w.kernel, w.type, w.problem, t.fingerprint, a.variant, a.source, a.compiler, a.flags, a.fixed_shape, a.huge_pages,
       a.workspace_bytes, w.seconds, w.flops, w.objective, w.arguments, w.threads, w.max_error
FROM ties a JOIN winners w ON w.id = a.winner_id JOIN targets t ON t.id = w.target_id
WHERE w.current AND t.fingerprint IS NOT NULL AND NOT t.imported;

-- What running programs measured on live calls (libtilesmith-rt, adaptation): evidence only adds up.
CREATE TABLE learned (
  fingerprint TEXT NOT NULL,
  kernel      TEXT NOT NULL,
  type        TEXT NOT NULL,
  problem     TEXT NOT NULL,
  variant     TEXT NOT NULL,
  calls       REAL NOT NULL,                        -- that the time rests on
  seconds     REAL NOT NULL,                        -- per call, geometric mean
  updated     TEXT NOT NULL,
  PRIMARY KEY (fingerprint, kernel, type, problem, variant)
) STRICT;
