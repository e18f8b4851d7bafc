-- name: content_kinds
-- purpose: what the used content of each modality was drawn from and used in
-- grain: one row per modality
-- needs: documents_training
-- columns:
--   modality: text, image, audio, video or other
--   acquisitions: acquisition types, in the order of the form
--   stages: training stages, in their order
--   contradicts_no: true: there is content to describe
WITH used AS (
    SELECT DISTINCT modality, acquisition, stage FROM documents_training
)
SELECT
    modality,
    list_filter([
        'public_dataset', 'licensed_commercial', 'private_third_party', 'crawled_own', 'crawled_on_behalf',
        'user_model_interaction', 'user_other_service', 'synthetic_own', 'synthetic_on_behalf', 'commissioned_human',
        'offline_digitised', 'other'
    ], lambda a: list_contains(list(acquisition), a)) AS acquisitions,
    list_filter(
        ['pretraining', 'midtraining', 'finetuning', 'preference', 'reinforcement'], lambda s: list_contains(list(stage), s)
    ) AS stages,
    true AS contradicts_no
FROM used
GROUP BY modality
ORDER BY list_position(['text', 'image', 'audio', 'video', 'other'], modality);
