-- name: section_modalities
-- purpose: modalities of the used content of a section, as boxes
-- grain: one row per modality
-- needs: documents_training
-- parameters:
--   acquisitions: acquisition types of the section, separated by commas
-- columns:
--   modality: text, image, video, audio or other
--   ticked: whether the section has used content of it
SELECT
    modalities.modality,
    EXISTS (
        SELECT 1 FROM documents_training
        WHERE acquisition IN (SELECT unnest(string_split($acquisitions, ',')))
            AND documents_training.modality = modalities.modality
    ) AS ticked
FROM (VALUES ('text', 0), ('image', 1), ('video', 2), ('audio', 3), ('other', 4)) AS modalities(modality, place)
ORDER BY place;
