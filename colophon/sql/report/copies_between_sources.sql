-- name: copies_between_sources
-- purpose: copies by the source they are in and the source of the document that stands for them
-- grain: one row per pair of sources
-- needs: duplicate_sources
-- columns:
--   source [authority]: source of the copies
--   other_source [authority]: source of the documents that stand for them, the same one included
--   copies [authority]: documents that copy another
--   copies_dropped [authority]: of these, documents that a rule drops
--   text_bytes [authority]: UTF-8 bytes of the copies
SELECT
    source,
    other_source,
    count(*) AS copies,
    count(*) FILTER (NOT kept) AS copies_dropped,
    sum(text_bytes)::BIGINT AS text_bytes
FROM duplicate_sources
GROUP BY source, other_source
ORDER BY copies DESC, source, other_source
