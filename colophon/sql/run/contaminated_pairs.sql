-- name: contaminated_pairs
-- purpose: rows of the table contamination
-- grain: one row per pair
-- needs: expected_hits rare_hits
-- parameters:
--   parts: parts of one
-- columns:
--   doc_id: training document
--   eval_doc_id: evaluation document
--   eval_source_id: its source
--   shared_ngrams: n-grams that both have
--   eval_ngrams: n-grams of the evaluation document
--   overlap: share of them, in whole parts
SELECT x.doc_id, x.eval_doc_id, any_value(x.source_id) AS eval_source_id,
       count(*) AS shared_ngrams, any_value(x.ngrams) AS eval_ngrams,
       CAST($parts AS INTEGER) * count(*) // any_value(x.ngrams) / CAST($parts AS INTEGER) AS overlap
FROM expected_hits x
JOIN rare_hits r ON r.doc_id = x.doc_id AND r.words = x.words AND r.ngram = x.ngram
GROUP BY x.doc_id, x.eval_doc_id
HAVING count(*) >= any_value(x.required)
