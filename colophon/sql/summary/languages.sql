-- name: languages
-- purpose: languages of the used text as bands, official languages of the Union first
-- grain: one row per language
-- needs: documents_training
-- columns:
--   language: ISO 639 code, und where not determined
--   official: yes for an official language of the Union, else no; empty where the language was not determined
--   band: most, large, small or trace: more than a half, a tenth to a half, a hundredth to a tenth, less
WITH bytes AS (
    SELECT language, sum(text_bytes) AS text_bytes
    FROM documents_training WHERE modality = 'text'
    GROUP BY language
)
SELECT
    language,
    CASE WHEN language = 'und' THEN NULL WHEN language IN (
        'bg', 'cs', 'da', 'de', 'el', 'en', 'es', 'et', 'fi', 'fr', 'ga', 'hr',
        'hu', 'it', 'lt', 'lv', 'mt', 'nl', 'pl', 'pt', 'ro', 'sk', 'sl', 'sv'
    ) THEN 'yes' ELSE 'no' END AS official,
    CASE
        WHEN text_bytes * 2 > sum(text_bytes) OVER () THEN 'most'
        WHEN text_bytes * 10 >= sum(text_bytes) OVER () THEN 'large'
        WHEN text_bytes * 100 >= sum(text_bytes) OVER () THEN 'small'
        ELSE 'trace'
    END AS band
FROM bytes
ORDER BY official DESC NULLS LAST, list_position(['most', 'large', 'small', 'trace'], band), language;
