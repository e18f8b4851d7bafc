-- name: checkpoints
-- purpose: checkpoints whose training use was imported, in their order: by the end of use, else its start, then by step,
--   then by name; without times and steps the order is that of the names
-- grain: one row per checkpoint
-- needs: training_use
-- columns:
--   checkpoint: name of the checkpoint
--   place: 1 for the first
--   sources: sources it used
--   tokens_seen: tokens it saw, null where the log leaves any out
--   first_step: first training step, null where no row has one
--   last_step: last training step, null where no row has one
--   started_at: earliest start of use, null where no row has one
--   finished_at: latest end of use, null where no row has one
SELECT
    checkpoint,
    row_number() OVER (
        ORDER BY max(coalesce(finished_at, started_at)) NULLS LAST, max(last_step) NULLS LAST, checkpoint
    ) AS place,
    count(DISTINCT source_id) AS sources,
    CASE WHEN count(tokens) = count(*) THEN sum(tokens)::BIGINT END AS tokens_seen,
    min(first_step) AS first_step,
    max(last_step) AS last_step,
    min(started_at) AS started_at,
    max(finished_at) AS finished_at
FROM training_use
GROUP BY checkpoint
ORDER BY place
