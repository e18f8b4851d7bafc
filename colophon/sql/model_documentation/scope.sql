-- name: scope
-- purpose: scope and main characteristics of the training data: modalities, languages, regions, kinds of origin, time
-- grain: one row
-- needs: documents_training sources
-- columns:
--   documents: documents that train the model
--   modalities: their modalities
--   languages: languages of at least a hundredth of the text, the most frequent first, at most 24
--   languages_found: languages found at all
--   country_codes: country-code domains of their addresses, the most seen first, at most ten
--   domains: domain names of their addresses
--   acquisitions: ways in which they were acquired
--   stages: training stages, in their order
--   collected_from: earliest start of collection that is declared
--   collected_to: latest end of collection that is declared
--   contradicts_no: whether there is content to describe
WITH languages AS (
    SELECT language, sum(text_bytes) AS text_bytes
    FROM documents_training
    WHERE modality = 'text' AND language <> 'und'
    GROUP BY language
), frequent AS (
    SELECT language, text_bytes FROM languages
    QUALIFY text_bytes * 100 >= sum(text_bytes) OVER ()
    ORDER BY text_bytes DESC, language
    LIMIT 24
), countries AS (
    SELECT '.' || regexp_extract(registered_domain, '[^.]+$') AS country_code, count(*) AS documents
    FROM documents_training
    WHERE regexp_matches(registered_domain, '\.([a-z]{2}|xn--[a-z0-9-]+)$')
    GROUP BY country_code
    ORDER BY documents DESC, country_code
    LIMIT 10
)
SELECT
    count(*) AS documents,
    coalesce(list_sort(list(DISTINCT modality)), []) AS modalities,
    coalesce((SELECT list(language ORDER BY text_bytes DESC, language) FROM frequent), []) AS languages,
    (SELECT count(*) FROM languages) AS languages_found,
    coalesce((SELECT list(country_code ORDER BY documents DESC, country_code) FROM countries), []) AS country_codes,
    count(DISTINCT registered_domain) AS domains,
    coalesce(list_sort(list(DISTINCT acquisition)), []) AS acquisitions,
    list_filter(
        ['pretraining', 'midtraining', 'finetuning', 'preference', 'reinforcement'],
        lambda s: list_contains(list(DISTINCT stage), s)
    ) AS stages,
    (SELECT min(collected_from) FROM sources WHERE source_id IN (SELECT source_id FROM documents_training))
        AS collected_from,
    (SELECT max(collected_to) FROM sources WHERE source_id IN (SELECT source_id FROM documents_training)) AS collected_to,
    documents > 0 AS contradicts_no
FROM documents_training;
