-- name: generators_off_market
-- purpose: how many generating models are not marked as on the market; their names stay inside
-- grain: one row
-- needs: documents_training sources
-- columns:
--   models: number of models
--   contradicts_no: whether there are any
WITH generators AS (
    SELECT unnest(from_json(
        coalesce(json_extract(config, '$.synthetic.generators'), '[]'),
        '[{"model": "VARCHAR", "link": "VARCHAR", "on_market": "BOOLEAN"}]'
    ), recursive := true)
    FROM sources
    WHERE acquisition IN ('synthetic_own', 'synthetic_on_behalf')
        AND source_id IN (SELECT source_id FROM documents_training)
)
SELECT count(DISTINCT model) AS models, models > 0 AS contradicts_no FROM generators WHERE on_market IS DISTINCT FROM true;
