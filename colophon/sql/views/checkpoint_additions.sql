-- name: checkpoint_additions
-- purpose: what each checkpoint used that no checkpoint before it had, in the order of the view checkpoints
-- grain: one row per checkpoint, source and modality; none where nothing was added or no training use was imported
-- needs: checkpoint_documents checkpoints sources
-- columns:
--   checkpoint: name of the checkpoint
--   place [authority]: 1 for the first, to which everything is new
--   source [authority]: name of the source
--   dataset: dataset the source belongs to
--   stage: training stage
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   documents [authority]: documents that no earlier checkpoint used
--   text_bytes: their UTF-8 bytes
--   tokens [authority]: their tokens, null without a tokenizer
--   media_items: their media items
--   media_seconds: length of their audio and video
WITH new AS (
    SELECT
        arg_min(
            {
                'source_id': u.source_id,
                'modality': u.modality,
                'text_bytes': u.text_bytes,
                'tokens': u.tokens,
                'media_items': u.media_items,
                'media_seconds': u.media_seconds
            },
            c.place
        ) AS document,
        min(c.place) AS place
    FROM checkpoint_documents AS u
    JOIN checkpoints AS c ON c.checkpoint = u.checkpoint
    GROUP BY u.doc_id
)
SELECT
    c.checkpoint,
    c.place,
    s.name AS source,
    s.dataset,
    s.stage,
    s.acquisition,
    n.document.modality AS modality,
    count(*) AS documents,
    sum(n.document.text_bytes)::BIGINT AS text_bytes,
    sum(n.document.tokens)::BIGINT AS tokens,
    sum(n.document.media_items)::BIGINT AS media_items,
    sum(n.document.media_seconds) AS media_seconds
FROM new AS n
JOIN checkpoints AS c ON c.place = n.place
JOIN sources AS s ON s.source_id = n.document.source_id
GROUP BY c.checkpoint, c.place, s.name, s.dataset, s.stage, s.acquisition, s.position, n.document.modality
ORDER BY c.place, s.position, modality
