-- name: totals
-- purpose: what two records are compared by as a whole
-- grain: one row per count
-- needs: source_totals
-- columns:
--   item: what is counted
--   counted: the count
UNPIVOT (
    SELECT
        count(*)::BIGINT AS sources,
        coalesce(sum(shards), 0)::BIGINT AS shards,
        coalesce(sum(rows_read), 0)::BIGINT AS rows_read,
        coalesce(sum(documents), 0)::BIGINT AS documents,
        coalesce(sum(rejects), 0)::BIGINT AS rejects,
        coalesce(sum(documents_kept), 0)::BIGINT AS documents_kept,
        coalesce(sum(documents_kept) FILTER (trains), 0)::BIGINT AS documents_training,
        coalesce(sum(text_bytes_kept) FILTER (trains), 0)::BIGINT AS text_bytes_training
    FROM source_totals
) ON COLUMNS (*) INTO NAME item VALUE counted
ORDER BY item
