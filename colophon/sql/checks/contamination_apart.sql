-- name: contamination_apart
-- purpose: pairs of contamination that are not a training and an evaluation document, or claim more than was found;
--   must be empty
-- grain: one row per pair at fault
-- needs: contamination documents
-- columns:
--   doc_id: training document
--   eval_doc_id: evaluation document
SELECT c.doc_id, c.eval_doc_id
FROM contamination AS c
LEFT JOIN documents AS d ON d.doc_id = c.doc_id
LEFT JOIN documents AS e ON e.doc_id = c.eval_doc_id
WHERE d.doc_id IS NULL
    OR e.doc_id IS NULL
    OR d.stage IN ('evaluation', 'validation')
    OR e.stage NOT IN ('evaluation', 'validation')
    OR e.source_id <> c.eval_source_id
    OR c.shared_ngrams NOT BETWEEN 1 AND c.eval_ngrams
    OR c.overlap NOT BETWEEN 0 AND 1
