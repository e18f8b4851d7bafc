-- name: removals_have_pairs
-- purpose: near duplicates without the verified pair that justifies them; must be empty
-- grain: one row per document at fault
-- needs: duplicates duplicate_pairs
-- columns:
--   doc_id: document
--   cluster_id: document that stands for it
SELECT m.doc_id, m.cluster_id
FROM duplicates AS m
WHERE m.kind = 'near'
    AND m.doc_id <> m.cluster_id
    AND NOT EXISTS (
        SELECT 1
        FROM duplicate_pairs AS p
        WHERE p.doc_id = m.doc_id AND p.other_id = m.cluster_id
    )
