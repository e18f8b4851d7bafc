-- name: contamination_common
-- purpose: n-grams of evaluation documents found in so many training shards (more than 1,000) that they are listed here
--   instead of counting as shared: phrases that many texts hold, or an item that spread everywhere
-- grain: one row per n-gram
-- needs: contamination_hits evaluation_ngrams
-- columns:
--   words: words of the n-gram
--   ngram: hash of the normalised words
--   shards [authority]: training shards it was found in
--   eval_documents: evaluation documents that hold it
--   eval_doc_ids: these documents, ascending
SELECT
    h.words,
    h.ngram,
    h.shards,
    count(*) AS eval_documents,
    list(e.doc_id ORDER BY e.doc_id) AS eval_doc_ids
FROM (
    SELECT words, ngram, count(DISTINCT doc_id >> 36) AS shards
    FROM contamination_hits
    GROUP BY words, ngram
    HAVING count(DISTINCT doc_id >> 36) > 1000
) AS h
JOIN evaluation_ngrams AS e ON e.words = h.words AND e.ngram = h.ngram
GROUP BY h.words, h.ngram, h.shards
