-- name: crawlers
-- purpose: names and user agents of the crawlers of the provider, from the configuration of used sources
-- grain: one row per crawler
-- needs: documents_training sources
-- columns:
--   crawler: name of the crawler
--   user_agents: product tokens it goes by
WITH configured AS (
    SELECT
        json_extract_string(config, '$.crawler.name') AS crawler,
        unnest(coalesce(nullif(json_extract_string(config, '$.crawler.user_agents[*]'), []), [NULL])) AS user_agent
    FROM sources
    WHERE acquisition IN ('crawled_own', 'crawled_on_behalf') AND source_id IN (SELECT source_id FROM documents_training)
)
SELECT
    coalesce(crawler, user_agent) AS crawler,
    coalesce(list_sort(list(DISTINCT user_agent) FILTER (user_agent IS NOT NULL)), []) AS user_agents
FROM configured
WHERE coalesce(configured.crawler, user_agent) IS NOT NULL
GROUP BY coalesce(configured.crawler, user_agent)
ORDER BY crawler;
