-- name: facts_have_documents
-- purpose: facts about documents that the record does not hold; must be empty
-- grain: one row per table and document id at fault
-- needs: documents decisions verdicts duplicates pii evaluation_ngrams contamination_hits
-- columns:
--   table_name: table that holds the fact
--   doc_id: document that is missing
WITH facts AS (
    SELECT 'decisions' AS table_name, doc_id FROM decisions
    UNION
    SELECT 'verdicts' AS table_name, doc_id FROM verdicts
    UNION
    SELECT 'duplicates' AS table_name, doc_id FROM duplicates
    UNION
    SELECT 'duplicates' AS table_name, cluster_id AS doc_id FROM duplicates
    UNION
    SELECT 'pii' AS table_name, doc_id FROM pii
    UNION
    SELECT 'evaluation_ngrams' AS table_name, doc_id FROM evaluation_ngrams
    UNION
    SELECT 'contamination_hits' AS table_name, doc_id FROM contamination_hits
)
SELECT table_name, doc_id
FROM facts
WHERE doc_id NOT IN (SELECT doc_id FROM documents)
