-- name: moments
-- purpose: the moment whose reservations count for a document: that of its fetch, unless an audit asks for another
-- grain: one row per document
-- needs: documents
-- columns:
--   doc_id: document
--   moment: the moment, null where nobody knows it
--   missing: why an unknown moment makes a state unknown: no_fetch_time, no_obtained_time or no_training_time
SELECT
    doc_id,
    -- Of a day without a time, the last instant: the judge takes in all looks of that day.
    coalesce(fetched_at, (fetched_on + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND) AS moment,
    'no_fetch_time' AS missing
FROM documents
