-- name: access
-- purpose: how the crawled content could be reached, and what the crawlers do at barriers, as declared
-- grain: one row per crawler and way of access, over the crawled sources that train the model
-- needs: sources training_sources
-- columns:
--   crawler: name of the crawler, empty where not declared
--   access: open, login, paywall or unknown
--   captcha: what it does at captchas
--   password: what it does where a password is asked for
--   paywall: what it does at paywalls
SELECT
    json_extract_string(config, '$.crawler.name') AS crawler,
    coalesce(json_extract_string(config, '$.access'), 'unknown') AS access,
    json_extract_string(config, '$.crawler.behaviour.captcha') AS captcha,
    json_extract_string(config, '$.crawler.behaviour.password') AS password,
    json_extract_string(config, '$.crawler.behaviour.paywall') AS paywall
FROM sources
WHERE source_id IN (SELECT source_id FROM training_sources) AND acquisition IN ('crawled_own', 'crawled_on_behalf')
GROUP BY ALL
ORDER BY min(position);
