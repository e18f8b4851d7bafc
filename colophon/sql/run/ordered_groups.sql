-- name: ordered_groups
-- purpose: equal texts by group and in the order of documents, as candidates are ordered
-- grain: one row per document whose text stands more than once
-- needs: exact_groups documents source_order decided
-- columns:
--   doc_id: document
--   group_id: its group
SELECT g.doc_id, g.group_id
FROM exact_groups g
JOIN documents d USING (doc_id)
JOIN source_order s USING (source_id)
LEFT JOIN (SELECT DISTINCT doc_id FROM decided) x USING (doc_id)
ORDER BY g.group_id, x.doc_id IS NOT NULL, s.position, d.fetched_at NULLS LAST, d.content_id, d.path, d.position
