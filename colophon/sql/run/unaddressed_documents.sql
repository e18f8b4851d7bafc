-- name: unaddressed_documents
-- purpose: crawled documents whose address is not known, for each required protocol of hosts and pages
-- grain: one row per document and protocol
-- needs: documents crawled_sources
-- parameters:
--   protocols: required protocols of hosts and pages
-- columns:
--   doc_id: document
--   protocol: protocol
--   reason: no_address
SELECT doc_id, unnest(CAST($protocols AS VARCHAR[])) AS protocol, 'no_address' AS reason
FROM documents
SEMI JOIN crawled_sources USING (source_id)
WHERE authority IS NULL
