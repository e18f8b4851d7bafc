-- name: crawl_domains_unlisted
-- purpose: how many domain names of the provider's own crawls the list leaves out
-- grain: one row
-- needs: crawl_domain_places rules
-- parameters:
--   domain_share: part of all domain names to list, such as 0.1
--   domain_cap: the most names to list, or null
-- columns:
--   unlisted: domain names with used content that are not listed
--   suffix_list_sha256: hash of the public suffix list by which hosts were put together to domain names
WITH chosen AS (
    -- The share is a decimal, so that a tenth of ten names is one and not a rounding error above it.
    SELECT domain, min(place) AS place
    FROM crawl_domain_places
    WHERE place <= ceil(domains * CAST($domain_share AS DECIMAL(9, 6)))
    GROUP BY domain
    QUALIFY CAST($domain_cap AS BIGINT) IS NULL
        OR row_number() OVER (ORDER BY min(place), domain) <= CAST($domain_cap AS BIGINT)
)
SELECT (SELECT count(DISTINCT domain) FROM crawl_domain_places) - (SELECT count(*) FROM chosen) AS unlisted,
    (SELECT max(model_sha256) FROM rules WHERE rule = 'domains') AS suffix_list_sha256;
