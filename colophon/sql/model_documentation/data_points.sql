-- name: data_points
-- purpose: how many data points are used for training, for validation and for testing, each apart
-- grain: one row per split x modality; one with empty modality for a split without documents
-- needs: documents_used
-- columns:
--   split: training, validation or testing
--   modality: text, image, audio, video or other; empty where the split has no documents
--   documents: documents
--   text_bytes: their UTF-8 bytes
--   tokens: their tokens; empty where one of them was not counted
--   media_items: media items in them
--   media_hours: length of audio and video, in hours; empty where there is none
SELECT
    splits.split,
    used.modality,
    count(used.doc_id) AS documents,
    coalesce(sum(used.text_bytes), 0)::BIGINT AS text_bytes,
    CASE WHEN count(used.tokens) = count(used.doc_id) THEN sum(used.tokens)::BIGINT END AS tokens,
    coalesce(sum(used.media_items), 0)::BIGINT AS media_items,
    nullif(sum(used.media_seconds), 0) / 3600 AS media_hours
FROM (VALUES ('training', 0), ('validation', 1), ('testing', 2)) AS splits(split, place)
LEFT JOIN documents_used AS used USING (split)
GROUP BY splits.split, splits.place, used.modality
ORDER BY splits.place, used.modality;
