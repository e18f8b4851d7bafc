-- name: synthetic_without_generator
-- purpose: used synthetic sources whose generating model is not named
-- grain: one row per source
-- needs: sources documents_training
-- columns:
--   reason: what is wrong, with the name of the source
SELECT 'the synthetic source ' || name || ' names no generating model' AS reason
FROM sources
WHERE acquisition IN ('synthetic_own', 'synthetic_on_behalf')
    AND source_id IN (SELECT source_id FROM documents_training)
    AND coalesce(len(list_filter(
        json_extract_string(config, '$.synthetic.generators[*].model'), lambda model: trim(model) <> ''
    )), 0) = 0
ORDER BY name;
