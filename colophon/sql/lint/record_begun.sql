-- name: record_begun
-- purpose: the day on which the first run of the record began
-- grain: one row
-- needs: runs
-- columns:
--   day: YYYY-MM-DD in UTC; empty where no run is on record
SELECT strftime(min(started_at) AT TIME ZONE 'UTC', '%Y-%m-%d') AS day FROM runs;
