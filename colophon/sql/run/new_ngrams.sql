-- name: new_ngrams
-- purpose: n-grams of later evaluation documents that no earlier one has
-- grain: one row per n-gram
-- needs: later earlier
-- columns:
--   words: words of the n-gram
--   ngram: hash of the normalised words
SELECT words, ngram FROM later EXCEPT SELECT words, ngram FROM earlier
