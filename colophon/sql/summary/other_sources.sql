-- name: other_sources
-- purpose: a description of commissioned, digitised and other sources, without naming them
-- grain: one row per acquisition
-- needs: documents_training sources
-- columns:
--   acquisition: acquisition type
--   modalities: modalities
--   stages: training stages, in their order
--   languages: languages found, the most frequent first, at most ten
--   origins: who made it and how, as configured
--   contributors: who contributed, how they were found and paid, as configured
WITH used AS (
    SELECT acquisition, stage, modality, language, sum(text_bytes) AS text_bytes
    FROM documents_training
    WHERE acquisition IN ('commissioned_human', 'offline_digitised', 'other')
    GROUP BY ALL
), languages AS (
    SELECT acquisition, list(language ORDER BY text_bytes DESC, language)[1:10] AS languages
    FROM (SELECT acquisition, language, sum(text_bytes) AS text_bytes FROM used WHERE language <> 'und' GROUP BY ALL)
    GROUP BY acquisition
), configured AS (
    SELECT
        acquisition,
        origin,
        concat_ws(
            ', ',
            json_extract_string(config, '$.contributors.who'),
            'recruited ' || json_extract_string(config, '$.contributors.recruited'),
            'paid ' || json_extract_string(config, '$.contributors.pay')
        ) AS contributors
    FROM sources
    WHERE source_id IN (SELECT source_id FROM documents_training)
), facts AS (
    SELECT
        acquisition,
        list_sort(list(DISTINCT origin) FILTER (origin IS NOT NULL)) AS origins,
        list_sort(list(DISTINCT contributors) FILTER (contributors <> '')) AS contributors
    FROM configured
    GROUP BY acquisition
)
SELECT
    acquisition,
    list_sort(list(DISTINCT modality)) AS modalities,
    list_filter(
        ['pretraining', 'midtraining', 'finetuning', 'preference', 'reinforcement'], lambda s: list_contains(list(stage), s)
    ) AS stages,
    coalesce(any_value(languages.languages), []) AS languages,
    coalesce(any_value(facts.origins), []) AS origins,
    coalesce(any_value(facts.contributors), []) AS contributors
FROM used LEFT JOIN languages USING (acquisition) LEFT JOIN facts USING (acquisition)
GROUP BY acquisition
ORDER BY acquisition;
