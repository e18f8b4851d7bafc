-- name: regions
-- purpose: country-code domains of the addresses of used content, the most seen first
-- grain: one row per country code
-- needs: documents_training
-- columns:
--   country_code: top-level domain with a dot
SELECT '.' || regexp_extract(registered_domain, '[^.]+$') AS country_code
FROM documents_training
WHERE regexp_matches(registered_domain, '\.([a-z]{2}|xn--[a-z0-9-]+)$')
GROUP BY country_code
ORDER BY count(*) DESC, country_code
LIMIT 10;
