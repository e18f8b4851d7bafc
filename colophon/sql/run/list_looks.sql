-- name: list_looks
-- purpose: whether the record holds entries of lists
-- grain: at most one row
-- needs: observations
-- columns:
--   is_list: 1
SELECT 1 AS is_list FROM observations WHERE place = 'list' LIMIT 1
