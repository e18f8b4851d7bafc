-- name: meant
-- purpose: documents that a row may name by its ids
-- grain: one row per row and document
-- needs: listed documents
-- columns:
--   line: line of the log
--   doc_id: document
--   shard_id: its shard
--   source_id: its source
--   content_id: its content id
--   source: source as the row names it
--   shard: shard as the row names it
SELECT l.line, d.doc_id, d.shard_id, d.source_id, d.content_id, l.source, l.shard
FROM listed AS l JOIN documents AS d ON d.doc_id = l.doc_id
WHERE (l.content_id IS NULL OR l.content_id = d.content_id)
    AND (l.native_id IS NULL OR l.native_id IS NOT DISTINCT FROM d.native_id)
    AND (l.named_source IS NULL OR l.named_source = d.source_id)
UNION ALL
SELECT l.line, d.doc_id, d.shard_id, d.source_id, d.content_id, l.source, l.shard
FROM listed AS l JOIN documents AS d ON d.content_id = l.content_id
WHERE l.doc_id IS NULL
    AND (l.native_id IS NULL OR l.native_id IS NOT DISTINCT FROM d.native_id)
    AND (l.named_source IS NULL OR l.named_source = d.source_id)
UNION ALL
SELECT l.line, d.doc_id, d.shard_id, d.source_id, d.content_id, l.source, l.shard
FROM listed AS l JOIN documents AS d ON d.native_id = l.native_id
WHERE l.doc_id IS NULL AND l.content_id IS NULL AND (l.named_source IS NULL OR l.named_source = d.source_id)
