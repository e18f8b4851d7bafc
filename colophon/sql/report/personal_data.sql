-- name: personal_data
-- purpose: types of personal data found
-- grain: one row per source and type of personal data
-- needs: pii_totals
-- columns:
--   source_id: number of the source
--   source [authority]: name of the source
--   entity: type of personal data
--   documents [authority]: documents in which it was found
--   occurrences: how often it was found
--   documents_kept [authority]: of these documents, those no rule drops
--   occurrences_kept [authority]: how often it was found in kept documents
SELECT *
FROM pii_totals
