-- name: generators_on_market
-- purpose: models on the market that made the synthetic data, from the configuration of used sources
-- grain: one row per model
-- needs: documents_training sources
-- columns:
--   model: name of the model
--   link: link as configured
--   contradicts_no: true: there is something to name
WITH generators AS (
    SELECT unnest(from_json(
        coalesce(json_extract(config, '$.synthetic.generators'), '[]'),
        '[{"model": "VARCHAR", "link": "VARCHAR", "on_market": "BOOLEAN"}]'
    ), recursive := true)
    FROM sources
    WHERE acquisition IN ('synthetic_own', 'synthetic_on_behalf')
        AND source_id IN (SELECT source_id FROM documents_training)
)
SELECT model, string_agg(DISTINCT link, ', ' ORDER BY link) AS link, true AS contradicts_no
FROM generators
WHERE on_market
GROUP BY model
ORDER BY model;
