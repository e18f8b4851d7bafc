-- name: reservation_measures
-- purpose: protocols honoured, looks at them and removals for a reservation
-- grain: one row per protocol looked at; one row where none was
-- needs: observations rules decisions documents training_sources
-- columns:
--   honoured: protocols of the policy, required and honoured
--   removed: documents kept out of training for a reservation
--   protocol: protocol looked for, empty where none was
--   looks: observations
--   hosts: hosts looked at
--   first_month: MM/YYYY of the first look with a known time
--   last_month: MM/YYYY of the last
WITH policy AS (
    SELECT list_distinct(list_concat(
        coalesce(json_extract_string(parameters, '$.required[*]'), []),
        coalesce(json_extract_string(parameters, '$.honoured[*]'), [])
    )) AS protocols
    FROM rules WHERE kind = 'policy'
), looks AS (
    SELECT
        protocol,
        count(*) AS looks,
        count(DISTINCT observations.authority) AS hosts,
        strftime(min(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS first_month,
        strftime(max(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS last_month
    FROM observations
    GROUP BY protocol
), removals AS (
    SELECT count(*) AS removed
    FROM decisions JOIN documents USING (doc_id) JOIN training_sources USING (source_id)
    WHERE decisions.public_reason = 'reservation' AND decisions.position = 0
)
SELECT
    list_sort(coalesce((SELECT list_distinct(flatten(list(protocols))) FROM policy), [])) AS honoured,
    removals.removed, looks.protocol, looks.looks, looks.hosts, looks.first_month, looks.last_month
FROM removals LEFT JOIN looks ON true
ORDER BY looks.protocol;
