-- name: crawl_without_domain
-- purpose: sources crawled by the provider with used documents that have no address
-- grain: one row per source
-- needs: documents_training
-- columns:
--   reason: what is wrong, with the name of the source and how many documents
SELECT format('the crawled source {} has {:,} used documents without an address', source, count(*)) AS reason
FROM documents_training
WHERE acquisition IN ('crawled_own', 'crawled_on_behalf') AND authority IS NULL
GROUP BY source
ORDER BY source;
