-- name: crawl_domain_places
-- purpose: place of each domain among those the provider crawled or had crawled, by size of what trains the model
-- grain: one row per domain and modality
-- needs: domain_summary
-- columns:
--   domain [authority]: registered domain; the host itself where it has none
--   modality: text, image, audio, video or other
--   place [authority]: 1 for the largest; equal sizes in alphabetical order
--   domains [authority]: how many domains the modality has
WITH sizes AS (
    -- Sizes of different modalities are in different units and are never added up.
    SELECT
        domain,
        modality,
        CASE
            WHEN modality = 'text' THEN sum(text_bytes)
            WHEN modality IN ('audio', 'video') THEN sum(media_seconds)
            ELSE sum(media_items)
        END AS size
    FROM domain_summary
    WHERE acquisition IN ('crawled_own', 'crawled_on_behalf')
    GROUP BY domain, modality
)
SELECT
    domain,
    modality,
    row_number() OVER (PARTITION BY modality ORDER BY size DESC, domain) AS place,
    count(*) OVER (PARTITION BY modality) AS domains
FROM sizes
ORDER BY modality, place
