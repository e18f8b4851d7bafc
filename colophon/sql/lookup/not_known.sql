-- name: not_known
-- purpose: what a look-up by place cannot answer, whatever the place
-- grain: one row
-- needs: documents rejects training_use
-- columns:
--   documents_without_address: documents whose place is not known
--   sources_without_address: sources that hold such documents
--   use_imported: whether a training log says what was used; without one, kept documents are taken as used
--   rows_without_document: rows that gave no document, whose address is not kept
SELECT
    count(*) AS documents_without_address,
    count(DISTINCT source_id) AS sources_without_address,
    EXISTS (SELECT 1 FROM training_use) AS use_imported,
    (SELECT count(*) FROM rejects) AS rows_without_document
FROM documents
WHERE authority IS NULL
