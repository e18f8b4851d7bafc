-- name: pii_totals
-- purpose: types of personal data found, never their values, by source
-- grain: one row per source and type of personal data
-- needs: pii documents documents_kept sources
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   entity: type of personal data
--   documents [authority]: documents in which it was found
--   occurrences: how often it was found
--   documents_kept [authority]: of these documents, those no rule drops
--   occurrences_kept [authority]: how often it was found in kept documents
SELECT
    s.source_id,
    s.name AS source,
    p.entity,
    count(*) AS documents,
    sum(p.occurrences)::BIGINT AS occurrences,
    count(k.doc_id) AS documents_kept,
    coalesce(sum(p.occurrences) FILTER (k.doc_id IS NOT NULL), 0)::BIGINT AS occurrences_kept
FROM pii AS p
JOIN documents AS d USING (doc_id)
JOIN sources AS s USING (source_id)
LEFT JOIN documents_kept AS k USING (doc_id)
GROUP BY s.source_id, s.position, s.name, p.entity
ORDER BY s.position, p.entity
