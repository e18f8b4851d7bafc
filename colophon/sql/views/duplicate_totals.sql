-- name: duplicate_totals
-- purpose: copies found, by source and kind; the one that stands for each cluster is not counted as a copy
-- grain: one row per source and kind
-- needs: duplicate_sources sources
-- columns:
--   source_id: source of the copies
--   source [authority]: its name
--   kind: exact (same text) or near (similar text)
--   copies [authority]: documents that copy another
--   copies_dropped [authority]: of these, documents that a rule drops
--   copies_of_other_sources [authority]: of these, copies of a document in another source
--   copies_of_other_domains [authority]: of these, copies of a document on another domain, where both domains are known
--   text_bytes: UTF-8 bytes of the copies
SELECT
    s.source_id,
    s.name AS source,
    c.kind,
    count(*) AS copies,
    count(*) FILTER (NOT c.kept) AS copies_dropped,
    count(*) FILTER (c.other_source_id <> c.source_id) AS copies_of_other_sources,
    count(*) FILTER (c.other_registered_domain <> c.registered_domain) AS copies_of_other_domains,
    sum(c.text_bytes)::BIGINT AS text_bytes
FROM duplicate_sources AS c
JOIN sources AS s USING (source_id)
GROUP BY s.source_id, s.position, s.name, c.kind
ORDER BY s.position, c.kind
