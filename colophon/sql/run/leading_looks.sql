-- name: leading_looks
-- purpose: whether the record holds looks that lead to others
-- grain: at most one row
-- needs: observations
-- columns:
--   leads: 1
SELECT 1 AS leads FROM observations WHERE place = 'host' AND outcome IN ('redirected', 'unchanged') LIMIT 1
