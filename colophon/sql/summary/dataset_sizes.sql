-- name: dataset_sizes
-- purpose: the exact size of each dataset of a section, with its part of all used content of the modality
-- grain: one row per dataset x modality
-- needs: documents_training sources
-- parameters:
--   acquisitions: acquisition types of the section, separated by commas
-- columns:
--   dataset: name of the dataset
--   grantor: who granted the license or contract
--   modality: text, image, audio, video or other
--   documents: used documents
--   text_bytes: their UTF-8 bytes
--   tokens: their tokens; empty where one of them was not counted
--   media_items: media items in them
--   media_hours: length of audio and video, in hours, to 1/1000
--   percent: part of all used documents of the modality, in percent, to 1/1000
WITH counted AS (
    SELECT
        source_id, modality, count(*) AS documents, sum(text_bytes) AS text_bytes, sum(tokens) AS tokens,
        count(tokens) AS with_tokens, sum(media_items) AS media_items, sum(media_seconds) AS media_seconds
    FROM documents_training
    GROUP BY source_id, modality
), whole AS (
    SELECT modality, sum(documents) AS documents FROM counted GROUP BY modality
)
SELECT
    sources.dataset,
    string_agg(DISTINCT sources.grantor, '; ' ORDER BY sources.grantor) AS grantor,
    counted.modality,
    sum(counted.documents)::BIGINT AS documents,
    sum(text_bytes)::BIGINT AS text_bytes,
    CASE WHEN sum(with_tokens) = sum(counted.documents) THEN sum(tokens)::BIGINT END AS tokens,
    sum(media_items)::BIGINT AS media_items,
    round(sum(media_seconds) / 3600, 3) AS media_hours,
    round(100 * sum(counted.documents) / any_value(whole.documents), 3) AS percent
FROM counted JOIN sources USING (source_id) JOIN whole ON whole.modality = counted.modality
WHERE sources.acquisition IN (SELECT unnest(string_split($acquisitions, ',')))
GROUP BY sources.dataset, counted.modality
ORDER BY sources.dataset, list_position(['text', 'image', 'audio', 'video', 'other'], counted.modality);
