-- name: public_dataset_shares
-- purpose: share of each publicly available dataset in the volume of all of them, modality by modality, over kept
--   training documents; text is measured in bytes, images in items, audio and video in seconds
-- grain: one row per dataset and modality
-- needs: documents_training
-- columns:
--   dataset: name of the dataset; all its sources are counted together
--   modality: text, image, audio, video or other
--   documents: kept training documents
--   volume: size in the unit of the modality; null where a document was not counted or measured
--   unit: bytes, items or seconds
--   total: volume of all public datasets of this modality as far as it is known
--   share: volume / total, null where the total is zero
--   large: whether the share is strictly more than 3 %; null where the volume is not known
WITH volumes AS (
    SELECT
        dataset,
        modality,
        count(*) AS documents,
        -- One document that was not measured leaves the whole volume unknown.
        CASE
            WHEN modality = 'text' THEN sum(text_bytes)
            WHEN modality IN ('audio', 'video') THEN
                CASE WHEN bool_and(media_seconds > 0) THEN sum(media_seconds) END
            ELSE CASE WHEN bool_and(media_items > 0) THEN sum(media_items) END
        END::DOUBLE AS volume,
        CASE
            WHEN modality = 'text' THEN 'bytes'
            WHEN modality IN ('audio', 'video') THEN 'seconds'
            ELSE 'items'
        END AS unit
    FROM documents_training
    WHERE acquisition = 'public_dataset'
    GROUP BY dataset, modality
),
totals AS (
    SELECT *, sum(volume) OVER (PARTITION BY modality) AS total
    FROM volumes
)
SELECT
    dataset,
    modality,
    documents,
    volume,
    unit,
    total,
    volume / nullif(total, 0) AS share,
    -- Multiplied out, so that a share of exactly 3 % is never rounded above the line.
    volume * 100 > total * 3 AS large
FROM totals
ORDER BY modality, volume DESC, dataset
