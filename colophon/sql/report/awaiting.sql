-- name: awaiting
-- purpose: what was collected since the newest run and waits for the next one
-- grain: one row; none where nothing was collected since
-- needs: awaiting_run
-- columns:
--   hosts: hosts that were looked at
--   looks: files that were asked for
--   documents: documents that the next run decides on anew
SELECT count(*) AS hosts, sum(looks)::BIGINT AS looks, sum(documents)::BIGINT AS documents
FROM awaiting_run
HAVING count(*) > 0
