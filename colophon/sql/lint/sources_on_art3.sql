-- name: sources_on_art3
-- purpose: used sources that rely on text and data mining for scientific research
-- grain: one row per source
-- needs: sources documents_training
-- columns:
--   source: name of the source
SELECT name AS source
FROM sources
WHERE legal_basis = 'tdm_art3' AND source_id IN (SELECT source_id FROM documents_training)
ORDER BY name;
