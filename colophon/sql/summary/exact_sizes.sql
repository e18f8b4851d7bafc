-- name: exact_sizes
-- purpose: the exact sizes behind the ranges
-- grain: one row per modality with used content
-- needs: documents_training
-- columns:
--   modality: text, image, audio, video or other
--   documents: used documents
--   text_bytes: their UTF-8 bytes
--   tokens: their tokens; empty where one of them was not counted
--   media_items: media items in them
--   media_hours: length of audio and video, in hours, to 1/1000
SELECT
    modality, count(*) AS documents, sum(text_bytes)::BIGINT AS text_bytes,
    CASE WHEN count(tokens) = count(*) THEN sum(tokens)::BIGINT END AS tokens,
    sum(media_items)::BIGINT AS media_items, round(sum(media_seconds) / 3600, 3) AS media_hours
FROM documents_training
GROUP BY modality
ORDER BY list_position(['text', 'image', 'audio', 'video', 'other'], modality);
