-- name: evaluation_apart
-- purpose: evaluation documents in a duplicate cluster, in which they take no part; must be empty
-- grain: one row per document at fault
-- needs: duplicates documents
-- columns:
--   doc_id: document
--   stage: its stage
SELECT d.doc_id, d.stage
FROM documents AS d
WHERE d.stage IN ('evaluation', 'validation')
    AND (d.doc_id IN (SELECT doc_id FROM duplicates) OR d.doc_id IN (SELECT cluster_id FROM duplicates))
