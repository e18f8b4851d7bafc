-- name: candidate_pairs
-- purpose: pairs of documents that share a rare n-gram
-- grain: one row per pair
-- needs: telling_items rare_hits
-- columns:
--   doc_id: training document
--   eval_doc_id: evaluation document
SELECT DISTINCT r.doc_id, i.doc_id AS eval_doc_id
FROM telling_items i
JOIN rare_hits r ON r.words = i.words AND r.ngram = i.ngram AND r.through >= i.generation
