-- name: not_known
-- purpose: what a look-up by place cannot answer
-- grain: one row
-- needs: documents rejects addressed_documents training_use
-- parameters:
--   authority: host to look for, with its port where one is given
--   subdomains: whether hosts below it count too
-- columns:
--   documents_without_address: documents whose place is not known
--   sources_without_address: sources that hold such documents
--   addresses_without_path: documents at this place whose address is kept without its path
--   use_imported: whether a training log says what was used; without one, kept documents are taken as used
--   rows_without_document: rows that gave no document, whose address is not kept
SELECT
    count(*) AS documents_without_address,
    count(DISTINCT source_id) AS sources_without_address,
    (
        SELECT count(*)
        FROM addressed_documents AS a
        WHERE a.path IN ('', '/')
            AND (
                a.authority = $authority
                OR (a.host = $authority AND $subdomains)
                OR (ends_with(a.host, '.' || $authority) AND $subdomains)
            )
    ) AS addresses_without_path,
    EXISTS (SELECT 1 FROM training_use) AS use_imported,
    (SELECT count(*) FROM rejects) AS rows_without_document
FROM documents
WHERE authority IS NULL
