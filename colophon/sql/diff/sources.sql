-- name: sources
-- purpose: what two records are compared by, source by source
-- grain: one row per source
-- needs: source_totals sources
-- columns:
--   item: name of the source
--   dataset: dataset the source belongs to
--   revision: version or snapshot of the dataset
--   stage: training stage
--   acquisition: how it was acquired
--   modality: text, image, audio, video or other
--   license: SPDX expression of the license of the collection
--   documents: rows that gave a document
--   rejects: rows that gave none
--   documents_kept: documents no rule drops
--   text_bytes_kept: UTF-8 bytes of kept documents
--   tokens_kept: tokens of kept documents, null without a tokenizer
SELECT
    t.source AS item,
    t.dataset,
    s.revision,
    t.stage,
    t.acquisition,
    t.modality,
    s.license_spdx AS license,
    t.documents,
    t.rejects,
    t.documents_kept,
    t.text_bytes_kept,
    t.tokens_kept
FROM source_totals AS t
JOIN sources AS s USING (source_id)
ORDER BY item
