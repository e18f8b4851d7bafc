-- name: rare_hits
-- purpose: n-grams of evaluation documents found in training documents, but for those that many texts hold
-- grain: one row per document and n-gram
-- needs: contamination_hits compared contamination_common
-- columns:
--   doc_id: training document
--   words: words of the n-gram
--   ngram: hash of the normalised words
--   through: newest generation whose evaluation documents were looked for in its shard
SELECT h.doc_id, h.words, h.ngram, c.through
FROM contamination_hits h
JOIN compared c ON c.shard_id = h.doc_id >> 36
ANTI JOIN contamination_common x ON x.words = h.words AND x.ngram = h.ngram
