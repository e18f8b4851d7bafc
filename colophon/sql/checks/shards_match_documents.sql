-- name: shards_match_documents
-- purpose: shards that count other documents or rejects than the tables hold; must be empty
-- grain: one row per shard at fault
-- needs: shards documents rejects
-- columns:
--   shard_id: ordinal of the shard
--   documents_counted: documents the shard counts
--   documents_found: rows of `documents`
--   rejects_counted: rejects the shard counts
--   rejects_found: rows of `rejects`
WITH d AS (
    SELECT shard_id, count(*) AS found
    FROM documents
    GROUP BY shard_id
),
r AS (
    SELECT shard_id, count(*) AS found
    FROM rejects
    GROUP BY shard_id
),
ids AS (
    SELECT shard_id FROM shards
    UNION
    SELECT shard_id FROM d
    UNION
    SELECT shard_id FROM r
)
SELECT
    shard_id,
    coalesce(h.documents, 0) AS documents_counted,
    coalesce(d.found, 0) AS documents_found,
    coalesce(h.rejects, 0) AS rejects_counted,
    coalesce(r.found, 0) AS rejects_found
FROM ids
LEFT JOIN shards AS h USING (shard_id)
LEFT JOIN d USING (shard_id)
LEFT JOIN r USING (shard_id)
WHERE coalesce(h.documents, 0) <> coalesce(d.found, 0) OR coalesce(h.rejects, 0) <> coalesce(r.found, 0)
