-- name: crawl_domains
-- purpose: the most relevant domain names of the provider's own crawls: the largest of each modality, in alphabetical order
-- grain: one row per domain
-- needs: crawl_domain_places
-- parameters:
--   domain_share: part of all domain names to list, such as 0.1
--   domain_cap: the most names to list, or null
-- columns:
--   domain: registered domain; the host itself where it has none
WITH chosen AS (
    -- The share is a decimal, so that a tenth of ten names is one and not a rounding error above it.
    SELECT domain, min(place) AS place
    FROM crawl_domain_places
    WHERE place <= ceil(domains * CAST($domain_share AS DECIMAL(9, 6)))
    GROUP BY domain
    QUALIFY CAST($domain_cap AS BIGINT) IS NULL
        OR row_number() OVER (ORDER BY min(place), domain) <= CAST($domain_cap AS BIGINT)
)
SELECT domain FROM chosen ORDER BY domain;
