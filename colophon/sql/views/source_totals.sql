-- name: source_totals
-- purpose: what became of every row of every source
-- grain: one row per source
-- needs: sources shards documents documents_kept documents_training training_sources
-- columns:
--   source_id: number of the source
--   source: name of the source
--   dataset: dataset the source belongs to
--   stage: training stage
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   trains [authority]: whether its kept documents train the model
--   shards [authority]: files, ranges and bundles read
--   rows_read: rows met; documents + rejects + evidence_rows + skipped
--   documents: rows that gave a document
--   rejects: rows that gave none, with a reason in reject_reasons
--   evidence_rows: rows that gave an observation of a policy
--   skipped: rows that never carry a document
--   documents_kept [authority]: documents no rule drops
--   documents_training [authority]: kept documents that train the model, see documents_training
--   documents_dropped [authority]: documents that a rule drops, see decision_totals
--   text_bytes: UTF-8 bytes of all documents
--   text_bytes_kept [authority]: UTF-8 bytes of kept documents
--   text_bytes_training [authority]: UTF-8 bytes of documents that train the model
--   tokens [authority]: tokens of all documents, null without a tokenizer
--   tokens_kept [authority]: tokens of kept documents, null without a tokenizer
--   tokens_training [authority]: tokens of documents that train the model, null without a tokenizer
--   media_items_kept [authority]: media items of kept documents
--   documents_with_address [authority]: documents whose host is known
--   first_fetched_at: earliest known fetch
--   last_fetched_at: latest known fetch
WITH read AS (
    SELECT
        source_id,
        count(*) AS shards,
        sum(rows_read)::BIGINT AS rows_read,
        sum(rejects)::BIGINT AS rejects,
        sum(evidence_rows)::BIGINT AS evidence_rows,
        sum(skipped)::BIGINT AS skipped
    FROM shards
    GROUP BY source_id
),
collected AS (
    SELECT
        source_id,
        count(*) AS documents,
        sum(text_bytes)::BIGINT AS text_bytes,
        sum(tokens)::BIGINT AS tokens,
        count(authority) AS documents_with_address,
        min(coalesce(fetched_at, fetched_on::TIMESTAMPTZ)) AS first_fetched_at,
        max(coalesce(fetched_at, (fetched_on + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND)) AS last_fetched_at
    FROM documents
    GROUP BY source_id
),
kept AS (
    SELECT
        source_id,
        count(*) AS documents_kept,
        sum(text_bytes)::BIGINT AS text_bytes_kept,
        sum(tokens)::BIGINT AS tokens_kept,
        sum(media_items)::BIGINT AS media_items_kept
    FROM documents_kept
    GROUP BY source_id
),
training AS (
    SELECT
        source_id,
        count(*) AS documents_training,
        sum(text_bytes)::BIGINT AS text_bytes_training,
        sum(tokens)::BIGINT AS tokens_training
    FROM documents_training
    GROUP BY source_id
)
SELECT
    s.source_id,
    s.name AS source,
    s.dataset,
    s.stage,
    s.acquisition,
    s.modality,
    t.source_id IS NOT NULL AS trains,
    coalesce(r.shards, 0) AS shards,
    coalesce(r.rows_read, 0) AS rows_read,
    coalesce(c.documents, 0) AS documents,
    coalesce(r.rejects, 0) AS rejects,
    coalesce(r.evidence_rows, 0) AS evidence_rows,
    coalesce(r.skipped, 0) AS skipped,
    coalesce(k.documents_kept, 0) AS documents_kept,
    coalesce(u.documents_training, 0) AS documents_training,
    coalesce(c.documents, 0) - coalesce(k.documents_kept, 0) AS documents_dropped,
    coalesce(c.text_bytes, 0) AS text_bytes,
    coalesce(k.text_bytes_kept, 0) AS text_bytes_kept,
    coalesce(u.text_bytes_training, 0) AS text_bytes_training,
    c.tokens,
    k.tokens_kept,
    u.tokens_training,
    coalesce(k.media_items_kept, 0) AS media_items_kept,
    coalesce(c.documents_with_address, 0) AS documents_with_address,
    c.first_fetched_at,
    c.last_fetched_at
FROM sources AS s
LEFT JOIN training_sources AS t USING (source_id)
LEFT JOIN read AS r USING (source_id)
LEFT JOIN collected AS c USING (source_id)
LEFT JOIN kept AS k USING (source_id)
LEFT JOIN training AS u USING (source_id)
ORDER BY s.position
