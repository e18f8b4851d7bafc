-- name: crawl_domain_sizes
-- purpose: the sizes of the listed domain names of the provider's own crawls
-- grain: one row per listed domain x modality, the largest first
-- needs: crawl_domain_places domain_summary
-- parameters:
--   domain_share: part of all domain names to list, such as 0.1
--   domain_cap: the most names to list, or null
-- columns:
--   domain: registered domain; the host itself where it has none
--   modality: text, image, audio, video or other
--   place: 1 for the largest of the modality
--   documents: used documents
--   text_bytes: their UTF-8 bytes
--   media_items: media items in them
--   media_seconds: length of audio and video, in seconds
WITH chosen AS (
    SELECT domain
    FROM crawl_domain_places
    WHERE place <= ceil(domains * CAST($domain_share AS DECIMAL(9, 6)))
    GROUP BY domain
    QUALIFY CAST($domain_cap AS BIGINT) IS NULL
        OR row_number() OVER (ORDER BY min(place), domain) <= CAST($domain_cap AS BIGINT)
), sizes AS (
    SELECT
        domain, modality, sum(documents)::BIGINT AS documents, sum(text_bytes)::BIGINT AS text_bytes,
        sum(media_items)::BIGINT AS media_items, sum(media_seconds) AS media_seconds
    FROM domain_summary
    WHERE acquisition IN ('crawled_own', 'crawled_on_behalf') AND domain IN (SELECT domain FROM chosen)
    GROUP BY domain, modality
)
SELECT domain, modality, places.place, documents, text_bytes, media_items, media_seconds
FROM sizes JOIN crawl_domain_places AS places USING (domain, modality)
ORDER BY list_position(['text', 'image', 'audio', 'video', 'other'], modality), places.place;
