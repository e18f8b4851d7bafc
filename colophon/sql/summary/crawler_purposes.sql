-- name: crawler_purposes
-- purpose: purposes of the crawlers as the configuration states them
-- grain: one row per purpose
-- needs: documents_training sources
-- columns:
--   purpose: what a crawler collects content for
SELECT DISTINCT json_extract_string(config, '$.crawler.purpose') AS purpose
FROM sources
WHERE acquisition IN ('crawled_own', 'crawled_on_behalf') AND source_id IN (SELECT source_id FROM documents_training)
    AND json_extract_string(config, '$.crawler.purpose') IS NOT NULL
ORDER BY purpose;
