-- name: languages_used
-- purpose: languages found in the used text
-- grain: one row per language
-- needs: documents_training
-- columns:
--   language: ISO 639 code, und where not determined
SELECT DISTINCT language FROM documents_training WHERE modality = 'text' ORDER BY language;
