-- name: personal_data
-- purpose: types of personal data found
-- grain: one row per source and type of personal data
-- needs: pii_totals
-- columns:
--   source_id: number of the source
--   source: name of the source
--   entity: type of personal data
--   documents: documents in which it was found
--   occurrences: how often it was found
--   documents_kept: of these documents, those no rule drops
--   occurrences_kept: how often it was found in kept documents
SELECT *
FROM pii_totals
