-- name: paths
-- purpose: paths of shards
-- grain: one row per path
-- needs: shards
-- columns:
--   path: path
SELECT DISTINCT path FROM shards WHERE role = 'documents' ORDER BY path LIMIT 100000
