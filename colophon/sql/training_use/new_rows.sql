-- name: new_rows
-- purpose: rows of training_use that the record lacks
-- grain: one row per row
-- needs: resolved training_use
-- columns:
--   checkpoint: checkpoint
--   source_id: source id
--   shard_id: shard id
--   doc_id: doc id
--   epochs: epochs
--   tokens: tokens
--   first_step: first step
--   last_step: last step
--   started_at: started at
--   finished_at: finished at
SELECT checkpoint, source_id, shard_id, doc_id, epochs, tokens, first_step, last_step, started_at, finished_at
FROM resolved AS r
WHERE NOT EXISTS (
    SELECT 1 FROM training_use AS u
    WHERE u.checkpoint = r.checkpoint AND u.source_id = r.source_id
        AND u.shard_id IS NOT DISTINCT FROM r.shard_id AND u.doc_id IS NOT DISTINCT FROM r.doc_id
)
