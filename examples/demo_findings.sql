-- What the record of the demo corpora says, one finding a row: the closing lines of `make demo`.
--   colophon sql RECORD -f examples/demo_findings.sql
WITH found (place, number, finding) AS (
    SELECT 1, sum(rows_read), 'rows read' FROM source_totals
    UNION ALL
    SELECT 2, sum(documents), 'documents in them' FROM source_totals
    UNION ALL
    SELECT 3, count(*), 'rows that gave no document, each with its reason' FROM rejects
    UNION ALL
    SELECT 4, count(DISTINCT language), 'languages in the training text' FROM language_shares WHERE language <> 'und'
    UNION ALL
    SELECT 5, count(*), 'exact copies of another document' FROM duplicate_sources WHERE kind = 'exact'
    UNION ALL
    SELECT 6, count(*), 'near copies of another document' FROM duplicate_sources WHERE kind = 'near'
    UNION ALL
    SELECT 7, count(*), 'training documents whose site reserved its rights' FROM optout_documents
    WHERE state = 'reserved' AND trains
    UNION ALL
    SELECT 8, count(*), 'of them still kept' FROM optout_documents WHERE state = 'reserved' AND trains AND kept
    UNION ALL
    SELECT 9, count(*), 'training documents of sites where nobody looked in time' FROM optout_documents
    WHERE state = 'unknown' AND trains
    UNION ALL
    SELECT 10, count(DISTINCT doc_id), 'documents with personal data' FROM pii
    UNION ALL
    SELECT 11, count(*), 'documents that train the model' FROM documents_training
)
SELECT number::BIGINT AS number, finding
FROM found
ORDER BY place
