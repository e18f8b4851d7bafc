-- name: source_rules
-- purpose: what decisions need to know of a source
-- grain: one row per source
-- needs: sources granted_sources
-- columns:
--   source_id: number of the source
--   evaluates: whether its documents measure the model
--   granted: whether its rights holder granted its use
SELECT source_id, evaluates, source_id IN (SELECT source_id FROM granted_sources) AS granted
FROM sources
