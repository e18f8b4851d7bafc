-- name: use_fits_record
-- purpose: training use of a source, shard or document that the record does not hold, or that is named in several ways
--   or twice for a checkpoint; must be empty
-- grain: one row per row or checkpoint and source at fault
-- needs: training_use sources shards documents
-- columns:
--   checkpoint: checkpoint
--   source_id: source
--   shard_id: shard, where one is named
--   doc_id: document, where one is named
--   fault: not_held, named_in_several_ways or named_twice
WITH named AS (
    SELECT checkpoint, source_id, shard_id, doc_id, count(*) AS times
    FROM training_use
    GROUP BY ALL
)
SELECT u.checkpoint, u.source_id, u.shard_id, u.doc_id, 'not_held' AS fault
FROM named AS u
LEFT JOIN sources AS s ON s.source_id = u.source_id
LEFT JOIN shards AS h ON h.shard_id = u.shard_id
LEFT JOIN documents AS d ON d.doc_id = u.doc_id
WHERE
    s.source_id IS NULL
    OR (u.shard_id IS NOT NULL AND h.source_id IS DISTINCT FROM u.source_id)
    OR (u.doc_id IS NOT NULL AND d.source_id IS DISTINCT FROM u.source_id)
UNION ALL
SELECT checkpoint, source_id, shard_id, doc_id, 'named_twice'
FROM named
WHERE times > 1
UNION ALL
SELECT checkpoint, source_id, NULL, NULL, 'named_in_several_ways'
FROM named
GROUP BY checkpoint, source_id
HAVING count(DISTINCT (shard_id IS NULL, doc_id IS NULL)) > 1
