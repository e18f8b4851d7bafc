-- name: domain_summary
-- purpose: what trains the model from each domain, apart by how and for what it was acquired; the list of the most
--   relevant domains takes the acquisitions crawled_own and crawled_on_behalf
-- grain: one row per domain, acquisition, stage and modality
-- needs: documents_training
-- columns:
--   domain [authority]: registered domain; the host itself where it has none
--   acquisition: how it was acquired
--   stage: training stage
--   modality: text, image, audio, video or other
--   documents [authority]: kept training documents
--   text_bytes: their UTF-8 bytes
--   tokens [authority]: their tokens, null without a tokenizer
--   media_items: their media items
--   media_seconds: length of their audio and video
--   first_fetched_at [authority]: earliest known fetch
--   last_fetched_at [authority]: latest known fetch
SELECT
    coalesce(registered_domain, authority) AS domain,
    acquisition,
    stage,
    modality,
    count(*) AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    sum(tokens)::BIGINT AS tokens,
    sum(media_items)::BIGINT AS media_items,
    sum(media_seconds) AS media_seconds,
    min(fetched_at) AS first_fetched_at,
    max(fetched_at) AS last_fetched_at
FROM documents_training
WHERE authority IS NOT NULL
GROUP BY ALL
ORDER BY domain, acquisition, stage, modality
