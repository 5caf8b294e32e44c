-- From schema 1 to 2: how many threads and what error a result was allowed, how far it was from the reference,
-- and which dimensions of a problem are arguments, so that the runtime can dispatch kernels it doesn't know.

ALTER TABLE sessions ADD COLUMN threads   INTEGER NOT NULL DEFAULT 1 CHECK (threads >= 1);
ALTER TABLE sessions ADD COLUMN max_error REAL    NOT NULL DEFAULT 0 CHECK (max_error >= 0);

-- Largest max|C - R| / max|R| of an output: what max_error limits.
ALTER TABLE samples ADD COLUMN deviation REAL;

ALTER TABLE winners ADD COLUMN arguments TEXT    NOT NULL DEFAULT '';  -- names of the dimensions passed at run time: 'm n k'
ALTER TABLE winners ADD COLUMN threads   INTEGER NOT NULL DEFAULT 1 CHECK (threads >= 1);
ALTER TABLE winners ADD COLUMN max_error REAL    NOT NULL DEFAULT 0 CHECK (max_error >= 0);
ALTER TABLE winners ADD COLUMN bytes     REAL;                         -- compulsory traffic of one call
ALTER TABLE winners ADD COLUMN bound     REAL;                         -- seconds that no call could beat in the same rounds (roofline)
ALTER TABLE winners ADD COLUMN bound_by  TEXT;                         -- its side: 'peak', 'L2 bandwidth'
ALTER TABLE winners ADD COLUMN deviation REAL;                         -- largest max|C - R| / max|R| of an output
UPDATE winners SET arguments = 'm n k' WHERE kernel = 'gemm';

DROP INDEX winners_current;
CREATE UNIQUE INDEX winners_current ON winners (kernel, type, problem, target_id, objective, threads, max_error) WHERE current;

DROP VIEW runtime_winners;
CREATE VIEW runtime_winners AS
SELECT w.kernel, w.type, w.problem, t.fingerprint, w.variant, w.source, w.compiler, w.flags, w.fixed_shape, w.huge_pages,
       w.workspace_bytes, w.seconds, w.flops, w.objective, w.arguments, w.threads, w.max_error
FROM winners w JOIN targets t ON t.id = w.target_id
WHERE w.current AND t.fingerprint IS NOT NULL AND NOT t.imported;

-- As before, and: kernels that compute nothing have a bandwidth instead of a rate, and what binds is the roofline.
DROP VIEW best;
CREATE VIEW best AS
SELECT w.kernel, w.type, w.problem, t.name AS target, round(w.seconds * 1e6, 3) AS microseconds,
       round(nullif(w.flops, 0) / w.seconds / 1e9, 1) AS gflops, round(w.bytes / w.seconds / 1e9, 1) AS gbytes,
       round(100 * nullif(w.flops, 0) / w.seconds / w.peak, 1) AS percent_of_peak,
       round(100 * w.bound / w.seconds, 1) AS percent_of_bound, w.bound_by, w.threads, w.max_error, w.deviation,
       w.evaluations, w.compiler_identity AS compiler, w.configuration
FROM winners w JOIN targets t ON t.id = w.target_id
WHERE w.current;
