-- name: ordered_candidates
-- purpose: candidates by component and in the order of documents: first those that no other rule drops, then by
--   source, time of fetch, content and place
-- grain: one row per candidate
-- needs: candidates documents source_order decided
-- columns:
--   doc_id: document
--   component_id: component of candidates
--   group_id: shared by equal texts
--   shingles: shingles of its text
--   scheme: scheme of its sketch
--   slots: its sketch
--   content_id: its content id
SELECT c.*, d.content_id
FROM candidates c
JOIN documents d USING (doc_id)
JOIN source_order s USING (source_id)
LEFT JOIN (SELECT DISTINCT doc_id FROM decided) x USING (doc_id)
ORDER BY c.component_id, x.doc_id IS NOT NULL, s.position, d.fetched_at NULLS LAST, d.content_id, d.path, d.position
