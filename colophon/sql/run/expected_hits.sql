-- name: expected_hits
-- purpose: n-grams that a candidate pair may share
-- grain: one row per pair and n-gram
-- needs: candidate_pairs evaluation_items
-- columns:
--   doc_id: training document
--   eval_doc_id: evaluation document
--   words: words of the n-gram
--   ngram: hash of the normalised words
--   source_id: source of the evaluation document
--   ngrams: n-grams of the evaluation document
--   required: how many must be shared
SELECT c.doc_id, c.eval_doc_id, i.words, i.ngram, i.source_id, i.ngrams, i.required
FROM candidate_pairs c JOIN evaluation_items i ON i.doc_id = c.eval_doc_id
WHERE i.is_found
