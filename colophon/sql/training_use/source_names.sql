-- name: source_names
-- purpose: names of the sources
-- grain: one row per source
-- needs: sources
-- columns:
--   name: name
SELECT name FROM sources ORDER BY position
