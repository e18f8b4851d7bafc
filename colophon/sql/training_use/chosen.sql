-- name: chosen
-- purpose: which of the documents that a row may name it names: the kept one among equal texts
-- grain: one row per row
-- needs: meant decisions found_shards
-- columns:
--   line: line
--   document: doc_id and source_id
--   documents: how many it may be
--   ambiguous: whether they differ
WITH fitting AS (
    SELECT m.*, x.doc_id IS NULL AS kept
    FROM meant AS m
    LEFT JOIN (SELECT doc_id FROM decisions WHERE position = 0) AS x ON x.doc_id = m.doc_id
    WHERE m.shard IS NULL OR EXISTS (
        SELECT 1 FROM found_shards AS f
        WHERE f.shard = m.shard AND f.source IS NOT DISTINCT FROM m.source AND f.fits AND f.shard_id = m.shard_id
    )
)
SELECT
    line,
    coalesce(
        arg_min({'doc_id': doc_id, 'source_id': source_id}, doc_id) FILTER (kept),
        arg_min({'doc_id': doc_id, 'source_id': source_id}, doc_id)
    ) AS document,
    count(*) AS documents,
    -- Equal texts are told apart by nothing: the kept one stands for them, as it did in training.
    count(*) FILTER (kept) > 1 OR min(content_id) <> max(content_id) AS ambiguous
FROM fitting
GROUP BY line
