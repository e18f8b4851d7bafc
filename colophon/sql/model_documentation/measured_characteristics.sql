-- name: measured_characteristics
-- purpose: which characteristics of the training data were measured that bear on bias
-- grain: one row
-- needs: documents_training
-- columns:
--   languages: languages found
--   largest_language: language of the most text
--   country_codes: country-code domains found in the addresses
SELECT
    count(DISTINCT language) FILTER (language <> 'und') AS languages,
    (
        SELECT language FROM documents_training WHERE language <> 'und'
        GROUP BY language ORDER BY sum(text_bytes) DESC, language LIMIT 1
    ) AS largest_language,
    count(DISTINCT regexp_extract(registered_domain, '[^.]+$')) FILTER (
        regexp_matches(registered_domain, '\.([a-z]{2}|xn--[a-z0-9-]+)$')
    ) AS country_codes
FROM documents_training;
