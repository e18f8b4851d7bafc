-- name: totals
-- purpose: the record in one line, evaluation data apart from what trains the model
-- grain: one row
-- needs: source_totals duplicate_totals host_totals
-- columns:
--   sources: sources
--   rows_read: rows met in all files
--   documents: documents collected
--   rejects: rows that gave none
--   evidence_rows: rows that gave an observation of a policy
--   skipped: rows that never carry a document
--   documents_kept [authority]: documents no rule drops, evaluation included
--   documents_training [authority]: kept documents that train the model
--   documents_not_training [authority]: kept documents that do not: evaluation, validation, retrieval only, or never used
--   text_bytes: UTF-8 bytes of all documents
--   text_bytes_training [authority]: UTF-8 bytes of kept documents that train the model
--   tokens_training [authority]: their tokens, null without a tokenizer
--   copies [authority]: documents that copy another
--   hosts [authority]: hosts with documents
SELECT
    count(*) AS sources,
    coalesce(sum(rows_read), 0)::BIGINT AS rows_read,
    coalesce(sum(documents), 0)::BIGINT AS documents,
    coalesce(sum(rejects), 0)::BIGINT AS rejects,
    coalesce(sum(evidence_rows), 0)::BIGINT AS evidence_rows,
    coalesce(sum(skipped), 0)::BIGINT AS skipped,
    coalesce(sum(documents_kept), 0)::BIGINT AS documents_kept,
    coalesce(sum(documents_training), 0)::BIGINT AS documents_training,
    coalesce(sum(documents_kept - documents_training), 0)::BIGINT AS documents_not_training,
    coalesce(sum(text_bytes), 0)::BIGINT AS text_bytes,
    coalesce(sum(text_bytes_training), 0)::BIGINT AS text_bytes_training,
    sum(tokens_training)::BIGINT AS tokens_training,
    (SELECT coalesce(sum(copies), 0)::BIGINT FROM duplicate_totals) AS copies,
    (SELECT count(*) FROM host_totals) AS hosts
FROM source_totals
