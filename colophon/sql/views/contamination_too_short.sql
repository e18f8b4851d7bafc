-- name: contamination_too_short
-- purpose: evaluation documents of so few words that a match could not be told from chance; they are never looked for
-- grain: one row per evaluation document without n-grams
-- needs: documents sources evaluation_ngrams
-- columns:
--   doc_id: evaluation document
--   source_id: evaluation source
--   source [authority]: its name
--   path: file, relative to the corpus file
--   position: row in the file; byte offset in files cut by bytes
--   text_bytes: its UTF-8 bytes
SELECT d.doc_id, d.source_id, s.name AS source, d.path, d.position, d.text_bytes
FROM documents AS d
JOIN sources AS s ON s.source_id = d.source_id
WHERE d.stage IN ('evaluation', 'validation')
    AND d.doc_id NOT IN (SELECT doc_id FROM evaluation_ngrams)
