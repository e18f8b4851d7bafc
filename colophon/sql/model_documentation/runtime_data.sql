-- name: runtime_data
-- purpose: data obtained while running the model that the record holds, trained on or not
-- grain: one row per source of user interactions with the model, or of content used for retrieval only
-- needs: sources documents_training
-- columns:
--   acquisition: acquisition type
--   product: product whose users it comes from, empty where not declared
--   period_from: start of the period
--   period_to: end of the period
--   trained: whether content of it trains the model
SELECT
    acquisition,
    json_extract_string(config, '$.users.product') AS product,
    coalesce(json_extract_string(config, '$.users.from'), collected_from) AS period_from,
    coalesce(json_extract_string(config, '$.users.to'), collected_to) AS period_to,
    source_id IN (SELECT source_id FROM documents_training) AS trained
FROM sources
WHERE acquisition = 'user_model_interaction' OR NOT used_for_weight_update
ORDER BY position;
