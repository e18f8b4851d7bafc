-- name: awaiting_run
-- purpose: hosts that were looked at by `colophon signals collect` after the newest run, which no decision rests on yet
-- reading: A row says: this host was looked at since the newest run. Where documents is 0, every look came after the
--   moment that the policy counts, so that the next run decides as the last one did; an audit as of a later day counts
--   the looks at once.
-- grain: one row per host
-- needs: runs observations documents sources rules
-- columns:
--   authority: host
--   looks [authority]: files that were asked for since, each with one or several observations, one per protocol
--   first_observed_at [authority]: when the first of them was taken
--   documents [authority]: documents with a look before the moment that counts, their fetch or the end of the day of obtaining
WITH collections AS (
    SELECT generation, finished_at
    FROM runs
    WHERE command = 'signals collect'
),
newest_run AS (
    SELECT coalesce(max(generation), 0) AS generation
    FROM runs
    WHERE command = 'run' OR starts_with(command, 'run ')
),
-- A look is committed by the first collection that ended after it.
since AS (
    SELECT o.authority, count(DISTINCT (o.requested_url, o.observed_at)) AS looks, min(o.observed_at) AS first_observed_at
    FROM observations AS o
    ASOF JOIN collections AS c ON o.observed_at <= c.finished_at
    WHERE o.shard_id IS NULL AND o.place <> 'list' AND c.generation > (SELECT generation FROM newest_run)
    GROUP BY o.authority
),
policy AS (
    SELECT any_value(json_extract_string(parameters, '$.clock')) AS clock
    FROM rules
    WHERE kind = 'policy'
),
obtained AS (
    SELECT
        source_id,
        CASE length(obtained_at)
            WHEN 4 THEN CAST(obtained_at || '-01-01' AS DATE) + INTERVAL 1 YEAR
            WHEN 7 THEN CAST(obtained_at || '-01' AS DATE) + INTERVAL 1 MONTH
            ELSE CAST(obtained_at AS DATE) + INTERVAL 1 DAY
        END AS ends
    FROM sources
),
decided AS (
    SELECT s.authority, count(*) AS documents
    FROM since AS s
    JOIN documents AS d ON d.authority = s.authority
    JOIN obtained AS b ON b.source_id = d.source_id
    WHERE
        CASE (SELECT clock FROM policy)
            WHEN 'at_obtained' THEN s.first_observed_at AT TIME ZONE 'UTC' < b.ends
            ELSE s.first_observed_at <= coalesce(d.fetched_at, (d.fetched_on + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND)
        END
    GROUP BY s.authority
)
SELECT s.authority, s.looks, s.first_observed_at, coalesce(d.documents, 0) AS documents
FROM since AS s
LEFT JOIN decided AS d USING (authority)
ORDER BY documents DESC, looks DESC, s.authority
