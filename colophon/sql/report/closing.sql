-- name: closing
-- purpose: the table that ends a run
-- grain: one row per source, and one for all of them
-- needs: source_totals
-- columns:
--   source: name of the source, or all
--   rows_read: rows met; documents + rejects + evidence_rows + skipped
--   documents: rows that gave a document
--   rejects: rows that gave none, with a reason
--   observations: rows that gave an observation of a policy
--   skipped: rows that never carry a document
--   kept [authority]: documents that no rule drops
--   text_bytes: UTF-8 bytes of the documents
SELECT source, rows_read, documents, rejects, evidence_rows AS observations, skipped, documents_kept AS kept, text_bytes
FROM (
    SELECT 0 AS part, source_id, source, rows_read, documents, rejects, evidence_rows, skipped, documents_kept, text_bytes
    FROM source_totals
    UNION ALL
    SELECT 1, NULL, 'all', CAST(sum(rows_read) AS BIGINT), CAST(sum(documents) AS BIGINT), CAST(sum(rejects) AS BIGINT),
           CAST(sum(evidence_rows) AS BIGINT), CAST(sum(skipped) AS BIGINT), CAST(sum(documents_kept) AS BIGINT),
           CAST(sum(text_bytes) AS BIGINT)
    FROM source_totals
)
ORDER BY part, source_id
