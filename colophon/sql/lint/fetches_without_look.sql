-- name: fetches_without_look
-- purpose: used crawled documents without a look at robots.txt before their fetch, or after one that failed
-- grain: one row per kind of look
-- needs: fetches_without_look
-- columns:
--   look: none or failed
--   documents: documents
--   hosts: their hosts
SELECT look, count(*) AS documents, count(DISTINCT authority) AS hosts
FROM fetches_without_look
GROUP BY look
ORDER BY look;
