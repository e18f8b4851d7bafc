-- name: clocks
-- purpose: what the clocks of an audit need of each document beside its source. A use for training counts whichever way
--   a training log names the document: itself, its shard or its source. A use without a start may be the last one
-- grain: one row per document
-- needs: documents training_use
-- columns:
--   doc_id: document
--   source_id: its source
--   fetched_at: when it was fetched
--   fetched_on: the day, where no time is known
--   last_use_at: when its last use for training began, null where that is not known
WITH used AS (
    SELECT source_id, shard_id, doc_id, max(started_at) AS started_at, bool_or(started_at IS NULL) AS undated
    FROM training_use
    GROUP BY source_id, shard_id, doc_id
)
SELECT
    d.doc_id,
    d.source_id,
    d.fetched_at,
    d.fetched_on,
    CASE
        WHEN coalesce(greatest(o.undated, h.undated, s.undated), true) THEN NULL
        ELSE greatest(o.started_at, h.started_at, s.started_at)
    END AS last_use_at
FROM documents AS d
LEFT JOIN used AS o ON o.doc_id = d.doc_id
LEFT JOIN used AS h ON h.shard_id = d.shard_id AND h.doc_id IS NULL
LEFT JOIN used AS s ON s.source_id = d.source_id AND s.shard_id IS NULL AND s.doc_id IS NULL
