-- name: guidelines
-- purpose: guidelines that people who wrote or labelled data were given, by their hash
-- grain: one row per source with commissioned data
-- needs: sources
-- columns:
--   stage: training stage the data is for
--   contributors: who made it, as declared
--   instructions_sha256: hash of the instructions, empty where not declared
SELECT
    stage,
    json_extract_string(config, '$.contributors.who') AS contributors,
    json_extract_string(config, '$.contributors.instructions_sha256') AS instructions_sha256
FROM sources
WHERE acquisition = 'commissioned_human'
ORDER BY position;
