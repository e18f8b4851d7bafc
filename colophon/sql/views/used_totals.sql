-- name: used_totals
-- purpose: what training used of each source: its size, each document once however often it was seen, and apart from
--   that how often it was seen; where no training use was imported, what is kept, without a checkpoint
-- grain: one row per checkpoint, source and modality
-- needs: checkpoint_documents sources checkpoints training_use
-- columns:
--   checkpoint: checkpoint that used it, null where no training use was imported
--   source_id: number of the source
--   source [authority]: name of the source
--   dataset: dataset the source belongs to
--   stage: training stage
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   named_by [authority]: what the training log named: source, shard or document; nothing where none was imported
--   documents [authority]: documents, each once
--   text_bytes: their UTF-8 bytes
--   tokens [authority]: their tokens, null without a tokenizer
--   media_items: their media items
--   media_seconds: length of their audio and video
--   epochs: how often they were seen, the mean by bytes of text, else by document; null where the log leaves any out
--   tokens_seen: tokens seen, repetitions included; null where the log leaves any out or joins several modalities
WITH sizes AS (
    SELECT
        checkpoint,
        source_id,
        modality,
        any_value(named_by) AS named_by,
        count(*) AS documents,
        sum(text_bytes)::BIGINT AS text_bytes,
        sum(tokens)::BIGINT AS tokens,
        sum(media_items)::BIGINT AS media_items,
        sum(media_seconds) AS media_seconds,
        CASE WHEN count(epochs) = count(*) THEN
            round(
                sum(epochs * CASE modality WHEN 'text' THEN text_bytes ELSE 1 END)
                / nullif(sum(CASE modality WHEN 'text' THEN text_bytes ELSE 1 END), 0), 6
            )
        END AS epochs,
        count(*) OVER (PARTITION BY checkpoint, source_id) AS modalities
    FROM checkpoint_documents
    GROUP BY checkpoint, source_id, modality
),
seen AS (
    SELECT checkpoint, source_id, CASE WHEN count(tokens) = count(*) THEN sum(tokens)::BIGINT END AS tokens
    FROM training_use
    GROUP BY checkpoint, source_id
)
SELECT
    u.checkpoint,
    s.source_id,
    s.name AS source,
    s.dataset,
    s.stage,
    s.acquisition,
    u.modality,
    u.named_by,
    u.documents,
    u.text_bytes,
    u.tokens,
    u.media_items,
    u.media_seconds,
    u.epochs,
    CASE WHEN u.modalities = 1 THEN e.tokens END AS tokens_seen
FROM sizes AS u
JOIN sources AS s USING (source_id)
LEFT JOIN seen AS e ON e.checkpoint = u.checkpoint AND e.source_id = u.source_id
LEFT JOIN checkpoints AS c ON c.checkpoint = u.checkpoint
ORDER BY c.place, s.position, u.modality
