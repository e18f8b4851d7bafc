-- name: modalities
-- purpose: modalities of the data used for training, validation and testing, as boxes
-- grain: one row per split x modality
-- needs: documents_used
-- columns:
--   split: training, validation or testing
--   modality: text, image, audio, video or other
--   ticked: whether the split has documents of it
SELECT
    splits.split,
    modalities.modality,
    EXISTS (
        SELECT 1 FROM documents_used AS d WHERE d.split = splits.split AND d.modality = modalities.modality
    ) AS ticked
FROM (VALUES ('training', 0), ('validation', 1), ('testing', 2)) AS splits(split, place)
CROSS JOIN (VALUES ('text', 0), ('image', 1), ('audio', 2), ('video', 3), ('other', 4)) AS modalities(modality, place)
ORDER BY splits.place, modalities.place;
