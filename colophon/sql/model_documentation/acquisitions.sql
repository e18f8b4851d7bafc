-- name: acquisitions
-- purpose: how the data used was obtained and selected, by way of acquisition
-- grain: one row per acquisition
-- needs: documents_used sources
-- columns:
--   acquisition: acquisition type
--   datasets: datasets with used content
--   splits: what they are used for: training, validation, testing
--   legal_bases: copyright bases claimed
--   collected_from: earliest start of collection that is declared
--   collected_to: latest end of collection that is declared
--   not_known: sources whose time of collection is declared as not known
--   crawlers: crawlers named for them
--   generators: models that made synthetic data
--   contributors: people who made commissioned data, as declared
--   products: products whose users the data comes from
--   selections: how parts were chosen, as declared
--   contradicts_no: true: there is content to describe
WITH used AS (
    SELECT DISTINCT source_id, split FROM documents_used
), declared AS (
    SELECT
        sources.*,
        used.split,
        json_extract_string(config, '$.crawler.name') AS crawler,
        json_extract_string(config, '$.synthetic.generators[*].model') AS generators,
        concat_ws(
            ', ', json_extract_string(config, '$.contributors.who'), json_extract_string(config, '$.contributors.recruited'),
            'paid ' || json_extract_string(config, '$.contributors.pay')
        ) AS contributors,
        json_extract_string(config, '$.users.product') AS product
    FROM used
    JOIN sources USING (source_id)
)
SELECT
    acquisition,
    count(DISTINCT dataset) AS datasets,
    list_filter(['training', 'validation', 'testing'], lambda s: list_contains(list(split), s)) AS splits,
    list_sort(list(DISTINCT legal_basis)) AS legal_bases,
    min(collected_from) AS collected_from,
    max(collected_to) AS collected_to,
    count(DISTINCT source_id) FILTER (collected_not_known IS NOT NULL) AS not_known,
    coalesce(list_sort(list(DISTINCT crawler) FILTER (crawler IS NOT NULL)), []) AS crawlers,
    list_sort(list_distinct(flatten(list(generators)))) AS generators,
    coalesce(list_sort(list(DISTINCT contributors) FILTER (contributors <> '')), []) AS contributors,
    coalesce(list_sort(list(DISTINCT product) FILTER (product IS NOT NULL)), []) AS products,
    coalesce(list_sort(list(DISTINCT selection) FILTER (selection IS NOT NULL)), []) AS selections,
    true AS contradicts_no
FROM declared
GROUP BY acquisition
ORDER BY acquisition;
