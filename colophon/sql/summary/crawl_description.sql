-- name: crawl_description
-- purpose: domains, languages and countries of the provider's own crawls
-- grain: one row
-- needs: documents_training
-- columns:
--   domains: domain names with used content
--   languages: languages of at least a hundredth of the text, the most frequent first
--   country_codes: country-code domains, the most seen first, at most ten
WITH used AS (
    SELECT registered_domain, authority, language, text_bytes, modality
    FROM documents_training
    WHERE acquisition IN ('crawled_own', 'crawled_on_behalf')
), languages AS (
    SELECT language, sum(text_bytes) AS text_bytes
    FROM used WHERE modality = 'text' AND language <> 'und'
    GROUP BY language
    QUALIFY sum(text_bytes) * 100 >= sum(sum(text_bytes)) OVER ()
), countries AS (
    SELECT '.' || regexp_extract(registered_domain, '[^.]+$') AS country_code, count(*) AS documents
    FROM used
    WHERE regexp_matches(registered_domain, '\.([a-z]{2}|xn--[a-z0-9-]+)$')
    GROUP BY country_code
    ORDER BY documents DESC, country_code
    LIMIT 10
)
SELECT
    (SELECT count(DISTINCT coalesce(registered_domain, authority)) FROM used) AS domains,
    coalesce((SELECT list(language ORDER BY text_bytes DESC, language) FROM languages), []) AS languages,
    coalesce((SELECT list(country_code ORDER BY documents DESC, country_code) FROM countries), []) AS country_codes;
