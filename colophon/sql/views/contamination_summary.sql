-- name: contamination_summary
-- purpose: evaluation documents found inside training data
-- grain: one row per evaluation or validation source
-- needs: contamination contamination_common contamination_too_short documents documents_kept evaluations shards sources
--   uncompared_shards
-- columns:
--   source_id: evaluation source
--   source [authority]: its name
--   benchmark: the benchmark it belongs to, where stated
--   version: its version
--   split: split used
--   items [authority]: evaluation documents
--   items_too_short [authority]: of these, too short to be looked for
--   items_contaminated [authority]: of these, found in training documents, in whole or from the configured part on
--   items_contaminated_kept [authority]: of these, found in training documents that no rule drops
--   share_contaminated [authority]: contaminated among those looked for; a lower bound where shards or n-grams were left out
--   items_with_common [authority]: evaluation documents that hold an n-gram too common to count
--   training_documents [authority]: training documents in which they were found
--   training_documents_kept [authority]: of these, documents that no rule drops
--   shards_not_compared [authority]: training shards read before the source was added, and not again since
--   bytes_not_compared [authority]: bytes that reading these shards takes
WITH items AS (
    SELECT source_id, count(*) AS items
    FROM documents
    WHERE stage IN ('evaluation', 'validation')
    GROUP BY source_id
), short AS (
    SELECT source_id, count(*) AS items
    FROM contamination_too_short
    GROUP BY source_id
), found AS (
    SELECT
        c.eval_source_id AS source_id,
        count(DISTINCT c.eval_doc_id) AS items,
        count(DISTINCT c.eval_doc_id) FILTER (k.doc_id IS NOT NULL) AS items_kept,
        count(DISTINCT c.doc_id) AS documents,
        count(DISTINCT c.doc_id) FILTER (k.doc_id IS NOT NULL) AS documents_kept
    FROM contamination AS c
    LEFT JOIN documents_kept AS k ON k.doc_id = c.doc_id
    GROUP BY c.eval_source_id
), common AS (
    SELECT d.source_id, count(DISTINCT d.doc_id) AS items
    FROM (SELECT unnest(eval_doc_ids) AS doc_id FROM contamination_common) AS c
    JOIN documents AS d ON d.doc_id = c.doc_id
    GROUP BY d.source_id
), uncompared AS (
    SELECT u.eval_source_id AS source_id, count(*) AS shards, CAST(sum(h.size_bytes) AS BIGINT) AS bytes
    FROM uncompared_shards AS u
    JOIN shards AS h ON h.shard_id = u.shard_id
    GROUP BY u.eval_source_id
)
SELECT
    s.source_id,
    s.name AS source,
    v.benchmark,
    v.version,
    v.split,
    coalesce(i.items, 0) AS items,
    coalesce(t.items, 0) AS items_too_short,
    coalesce(f.items, 0) AS items_contaminated,
    coalesce(f.items_kept, 0) AS items_contaminated_kept,
    round(coalesce(f.items, 0) / nullif(i.items - coalesce(t.items, 0), 0), 4) AS share_contaminated,
    coalesce(c.items, 0) AS items_with_common,
    coalesce(f.documents, 0) AS training_documents,
    coalesce(f.documents_kept, 0) AS training_documents_kept,
    coalesce(u.shards, 0) AS shards_not_compared,
    coalesce(u.bytes, 0) AS bytes_not_compared
FROM sources AS s
LEFT JOIN evaluations AS v ON v.source_id = s.source_id
LEFT JOIN items AS i ON i.source_id = s.source_id
LEFT JOIN short AS t ON t.source_id = s.source_id
LEFT JOIN found AS f ON f.source_id = s.source_id
LEFT JOIN common AS c ON c.source_id = s.source_id
LEFT JOIN uncompared AS u ON u.source_id = s.source_id
WHERE s.stage IN ('evaluation', 'validation')
ORDER BY s.position
