-- name: duplicates
-- purpose: copies found
-- grain: one row per source and kind
-- needs: duplicate_totals
-- columns:
--   source_id: source of the copies
--   source [authority]: its name
--   kind: exact (same text) or near (similar text)
--   copies [authority]: documents that copy another
--   copies_dropped [authority]: of these, documents that a rule drops
--   copies_of_other_sources [authority]: of these, copies of a document in another source
--   copies_of_other_domains [authority]: of these, copies of a document on another domain, where both domains are known
--   text_bytes: UTF-8 bytes of the copies
SELECT *
FROM duplicate_totals
