-- name: user_services
-- purpose: services whose user data was used, from the configuration of used sources
-- grain: one row per product
-- needs: documents_training sources
-- columns:
--   product: name of the service or product
--   kinds: interactions with the model, other services, or both
--   period: from and to as configured, empty where neither is
WITH configured AS (
    SELECT
        json_extract_string(config, '$.users.product') AS product,
        acquisition,
        json_extract_string(config, '$.users.from') AS first,
        json_extract_string(config, '$.users.to') AS last
    FROM sources
    WHERE acquisition IN ('user_model_interaction', 'user_other_service')
        AND source_id IN (SELECT source_id FROM documents_training)
)
SELECT
    product,
    list_sort(list(DISTINCT acquisition)) AS kinds,
    concat_ws(' ', 'from ' || min(first), 'to ' || max(last)) AS period
FROM configured
WHERE product IS NOT NULL
GROUP BY product
ORDER BY product;
