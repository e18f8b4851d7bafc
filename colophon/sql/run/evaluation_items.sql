-- name: evaluation_items
-- purpose: n-grams of evaluation documents, rarest first, with how many a training document must share
-- grain: one row per document and n-gram
-- needs: evaluation_ngrams evaluated_shards rare_hits
-- parameters:
--   required: least overlap in parts
--   parts: parts of one
-- columns:
--   doc_id: evaluation document
--   words: words of the n-gram
--   ngram: hash of the normalised words
--   source_id: its source
--   generation: generation that read it
--   ngrams: n-grams of the document
--   required: how many must be shared
--   place: place by rarity, from 1
--   is_found: whether a training document has it
SELECT n.doc_id, n.words, n.ngram, e.source_id, e.generation,
       count(*) OVER item AS ngrams,
       (CAST($required AS INTEGER) * count(*) OVER item + CAST($parts AS INTEGER) - 1) // CAST($parts AS INTEGER)
           AS required,
       row_number() OVER (PARTITION BY n.doc_id ORDER BY coalesce(f.times, 0), n.ngram) AS place,
       f.times IS NOT NULL AS is_found
FROM evaluation_ngrams n
JOIN evaluated_shards e ON e.shard_id = n.doc_id >> 36
LEFT JOIN (SELECT words, ngram, count(*) AS times FROM rare_hits GROUP BY words, ngram) f
    ON f.words = n.words AND f.ngram = n.ngram
WINDOW item AS (PARTITION BY n.doc_id)
