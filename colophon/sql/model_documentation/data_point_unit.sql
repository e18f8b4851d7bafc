-- name: data_point_unit
-- purpose: what one data point is, and how tokens were counted
-- grain: one row
-- needs: rules sources
-- columns:
--   connectors: ways in which the sources are read
--   tokenizer_sha256: hash of the tokenizer's file, empty where none was applied
SELECT
    coalesce((SELECT list_sort(list(DISTINCT connector)) FROM sources), []) AS connectors,
    (SELECT any_value(model_sha256) FROM rules WHERE rule = 'tokens') AS tokenizer_sha256;
