-- name: awaiting
-- purpose: what was collected or accepted since the newest run and waits for the next one
-- grain: one row; none where nothing was added since
-- needs: awaiting_run awaiting_requests
-- columns:
--   hosts [authority]: hosts that were looked at
--   looks [authority]: files that were asked for
--   documents [authority]: documents that the next run decides on anew because of them
--   requests [authority]: requests that were accepted or withdrawn, of which the decisions do not know yet
--   requested_documents [authority]: documents that they concern
WITH collected AS (
    SELECT
        count(*) AS hosts,
        coalesce(sum(looks), 0)::BIGINT AS looks,
        coalesce(sum(documents), 0)::BIGINT AS documents
    FROM awaiting_run
),
accepted AS (
    SELECT count(DISTINCT request) AS requests, count(*) AS requested_documents
    FROM awaiting_requests
)
SELECT hosts, looks, documents, requests, requested_documents
FROM collected
CROSS JOIN accepted
WHERE hosts > 0 OR requested_documents > 0
