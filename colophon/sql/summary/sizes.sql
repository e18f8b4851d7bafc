-- name: sizes
-- purpose: the size range of the used content for each modality, as boxes
-- grain: one row per modality x size range
-- needs: documents_training
-- columns:
--   modality: text, image, audio, video or other
--   size_range: range of the form; empty for other, which has none
--   ticked: whether the used content falls in this range; never where a size is unknown
--   documents: used documents of the modality
--   counted: whether the size is known in the unit of the ranges
--   approximate_bytes: UTF-8 bytes of text, to two significant digits
--   approximate_items: media items, or documents where none is counted, to two significant digits
--   gap: media whose number or length is not known
WITH ranges(modality, size_range, above, up_to, place) AS (
    -- The form says "less than", "to" and "more than": both limits belong to the range in the middle.
    VALUES
        ('text', 'text_low', -1, 999999999, 0), ('text', 'text_middle', 999999999, 10000000000000, 1),
        ('text', 'text_high', 10000000000000, NULL, 2),
        ('image', 'image_low', -1, 999999, 3), ('image', 'image_middle', 999999, 1000000000, 4),
        ('image', 'image_high', 1000000000, NULL, 5),
        -- Audio and video in microseconds, so that the limits are whole numbers: 10,000 and 1,000,000 hours.
        ('audio', 'audio_low', -1, 35999999999999, 6), ('audio', 'audio_middle', 35999999999999, 3600000000000000, 7),
        ('audio', 'audio_high', 3600000000000000, NULL, 8),
        ('video', 'video_low', -1, 35999999999999, 9), ('video', 'video_middle', 35999999999999, 3600000000000000, 10),
        ('video', 'video_high', 3600000000000000, NULL, 11),
        ('other', NULL, NULL, NULL, 12)
), used AS (
    SELECT
        modality, count(*) AS documents, sum(text_bytes) AS text_bytes,
        CASE modality
            -- One document without a token count leaves the whole number unknown.
            WHEN 'text' THEN CASE WHEN count(tokens) = count(*) THEN sum(tokens) END
            -- One that was not counted or measured leaves the whole unknown, too.
            WHEN 'image' THEN CASE WHEN bool_and(media_items > 0) THEN sum(media_items) END
            WHEN 'audio' THEN CASE WHEN bool_and(media_seconds > 0)
                THEN CAST(round(sum(media_seconds) * 1e6) AS HUGEINT) END
            WHEN 'video' THEN CASE WHEN bool_and(media_seconds > 0)
                THEN CAST(round(sum(media_seconds) * 1e6) AS HUGEINT) END
        END AS size,
        count(*) FILTER (NOT CASE modality WHEN 'image' THEN media_items > 0 ELSE media_seconds > 0 END)
            AS unmeasured,
        CASE WHEN sum(media_items) > 0 THEN sum(media_items) ELSE count(*) END AS items
    FROM documents_training
    GROUP BY modality
)
SELECT
    ranges.modality, ranges.size_range,
    coalesce(used.size > ranges.above AND (ranges.up_to IS NULL OR used.size <= ranges.up_to), false) AS ticked,
    coalesce(used.documents, 0) AS documents,
    coalesce(used.size IS NOT NULL, false) AS counted,
    -- Two significant digits: the number of digits less two is rounded away.
    CAST(coalesce(round(used.text_bytes, least(2 - length(used.text_bytes::VARCHAR), 0)::INTEGER), 0) AS BIGINT)
        AS approximate_bytes,
    CAST(coalesce(round(used.items, least(2 - length(used.items::VARCHAR), 0)::INTEGER), 0) AS BIGINT) AS approximate_items,
    CASE WHEN ranges.modality IN ('image', 'audio', 'video') AND size_range LIKE '%_low' AND used.size IS NULL
        AND used.documents > 0
        THEN format(
            'the {} is known for {} of {} used documents of modality {}, so that no range can be ticked',
            CASE ranges.modality WHEN 'image' THEN 'number of items' ELSE 'length' END,
            used.documents - used.unmeasured, used.documents, ranges.modality
        ) END AS gap
FROM ranges LEFT JOIN used USING (modality)
ORDER BY ranges.place;
