-- name: training_sources
-- purpose: sources whose documents train the model, which leaves out evaluation, validation and retrieval-only sources,
--   and, once training use was imported, those that no checkpoint used
-- grain: one row per source
-- needs: sources training_use
-- columns:
--   source_id: number of the source
--   source: name of the source
--   dataset: dataset the source belongs to
--   stage: training stage
--   acquisition: how the source was acquired
--   modality: text, image, audio, video or other
SELECT source_id, name AS source, dataset, stage, acquisition, modality
FROM sources
WHERE stage NOT IN ('evaluation', 'validation') AND used_for_weight_update
    AND (source_id IN (SELECT source_id FROM training_use) OR NOT EXISTS (SELECT 1 FROM training_use))
