-- name: deciding_looks
-- purpose: whether a collected look came before a moment that counts for a document of its host
-- grain: at most one row
-- needs: looks hosts source_moments
-- columns:
--   decides: 1
SELECT 1 AS decides
FROM looks o JOIN hosts h USING (authority) LEFT JOIN source_moments m USING (source_id)
WHERE o.observed_at <= h.last_fetched_at OR o.observed_at <= m.moment
LIMIT 1
