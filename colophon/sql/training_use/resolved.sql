-- name: resolved
-- purpose: a row of training_use for each row of the log, with its line
-- grain: one row per row and shard
-- needs: log sources found_shards chosen
-- columns:
--   line: line
--   checkpoint: checkpoint
--   source_id: source id
--   shard_id: shard id
--   doc_id: doc id
--   grain: whether the row names a source, a shard or a document
--   epochs: epochs
--   tokens: tokens
--   first_step: first step
--   last_step: last step
--   started_at: started at
--   finished_at: finished at
SELECT
    l.line, l.checkpoint, s.source_id, CAST(NULL AS BIGINT) AS shard_id, CAST(NULL AS BIGINT) AS doc_id, 'source' AS grain,
    l.epochs, l.tokens, l.first_step, l.last_step, l.started_at, l.finished_at
FROM log AS l JOIN sources AS s ON s.name = l.source
WHERE l.shard IS NULL AND l.doc_id IS NULL AND l.content_id IS NULL AND l.native_id IS NULL
UNION ALL
SELECT
    l.line, l.checkpoint, f.source_id, f.shard_id, NULL, 'shard',
    l.epochs, l.tokens, l.first_step, l.last_step, l.started_at, l.finished_at
FROM log AS l
JOIN found_shards AS f ON f.shard = l.shard AND f.source IS NOT DISTINCT FROM l.source AND f.fits
WHERE l.doc_id IS NULL AND l.content_id IS NULL AND l.native_id IS NULL
UNION ALL
SELECT
    l.line, l.checkpoint, c.document.source_id, NULL, c.document.doc_id, 'document',
    l.epochs, l.tokens, l.first_step, l.last_step, l.started_at, l.finished_at
FROM log AS l JOIN chosen AS c USING (line)
