-- name: not_known
-- purpose: what a look-up by place cannot answer
-- grain: one row
-- needs: documents rejects addressed_documents
-- parameters:
--   authority: host to look for, with its port where one is given
--   subdomains: whether hosts below it count too
-- columns:
--   documents_without_address: documents whose place is not known
--   sources_without_address: sources that hold such documents
--   addresses_without_path: documents at this place whose address is kept without its path
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
    (SELECT count(*) FROM rejects) AS rows_without_document
FROM documents
WHERE authority IS NULL
