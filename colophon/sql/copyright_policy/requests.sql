-- name: requests
-- purpose: requests of rights holders that the record holds, and their effect
-- grain: one row
-- needs: observations verdicts decisions documents training_sources
-- columns:
--   requests: requests accepted into the record
--   first_month: MM/YYYY of the first with a known time
--   last_month: MM/YYYY of the last
--   documents: documents for training that a request reserves
--   dropped: of these, documents kept out of training
WITH accepted AS (
    SELECT
        count(*) AS requests,
        strftime(min(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS first_month,
        strftime(max(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS last_month
    FROM observations
    WHERE protocol = 'request'
), reserved AS (
    SELECT DISTINCT doc_id
    FROM verdicts
    JOIN documents USING (doc_id)
    JOIN training_sources USING (source_id)
    WHERE verdicts.protocol = 'request' AND verdicts.verdict = 'reserved'
)
SELECT
    accepted.*,
    (SELECT count(*) FROM reserved) AS documents,
    (SELECT count(*) FROM reserved WHERE doc_id IN (SELECT doc_id FROM decisions)) AS dropped
FROM accepted;
