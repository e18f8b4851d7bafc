-- name: crawler_looks
-- purpose: how often the record shows a look at each protocol for the provider's own crawls
-- grain: one row per protocol
-- needs: observations shards
-- columns:
--   protocol: protocol looked for
--   looks: observations
--   hosts: hosts looked at
--   first_month: MM/YYYY of the first look with a known time
--   last_month: MM/YYYY of the last
SELECT
    protocol,
    count(*) AS looks,
    count(DISTINCT observations.authority) AS hosts,
    strftime(min(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS first_month,
    strftime(max(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS last_month
FROM observations JOIN shards USING (shard_id)
WHERE shards.acquisition IN ('crawled_own', 'crawled_on_behalf')
GROUP BY protocol
ORDER BY protocol;
