-- name: policy_protocols
-- purpose: reservation protocols that the policy in force requires or honours, and those seen anyway
-- grain: one row per protocol
-- needs: rules observations verdicts
-- columns:
--   protocol: protocol
--   required: whether the policy requires a look at it
--   honoured: whether the policy honours it where seen (as it does a required one); always true of accepted requests
--   evaluated: whether it is read: the policy names it, and this version can; what is not read makes nothing silent
--   max_age_days: days after which an observation no longer speaks for a fetch, null without a limit
--   carrier: what carries it: host, page, media or list
--   entered: whether the record may hold something of it: false of requests while none was entered, which papers then omit
--   page_carriers: parts of a response that must have been looked through before silence of a page is known
WITH policy AS (
    SELECT parameters
    FROM rules
    WHERE kind = 'policy'
),
required AS (
    SELECT DISTINCT unnest(CAST(json_extract(parameters, '$.required') AS VARCHAR[])) AS protocol
    FROM policy
),
honoured AS (
    SELECT DISTINCT unnest(CAST(json_extract(parameters, '$.honoured') AS VARCHAR[])) AS protocol
    FROM policy
),
evaluated AS (
    SELECT
        json_extract_string(parameters, '$.protocol') AS protocol,
        any_value(CAST(json_extract(parameters, '$.page_carriers') AS VARCHAR[])) AS page_carriers,
        any_value(json_extract_string(parameters, '$.carrier')) AS carrier
    FROM rules
    WHERE kind = 'parser'
    GROUP BY protocol
),
listed AS (
    SELECT protocol
    FROM observations
    GROUP BY protocol
    HAVING bool_and(place = 'list')
),
known AS (
    SELECT protocol FROM required
    UNION
    SELECT protocol FROM honoured
    UNION
    SELECT protocol FROM observations
    UNION
    SELECT protocol FROM verdicts
)
SELECT
    protocol,
    protocol IN (SELECT protocol FROM required) AS required,
    protocol IN (SELECT protocol FROM required) OR protocol IN (SELECT protocol FROM honoured)
        OR protocol = 'request' AS honoured,
    protocol IN (SELECT protocol FROM evaluated WHERE protocol IS NOT NULL) AS evaluated,
    (SELECT max(CAST(json_extract(parameters, '$.max_age_days.' || protocol) AS DOUBLE)) FROM policy) AS max_age_days,
    -- A parser's row says it where it is no host; those of the first protocols never did.
    CASE
        WHEN protocol IN (SELECT e.protocol FROM evaluated AS e WHERE e.carrier IS NOT NULL)
            THEN (SELECT any_value(e.carrier) FROM evaluated AS e WHERE e.protocol = known.protocol)
        WHEN protocol IN ('x_robots', 'meta_robots') THEN 'page'
        WHEN protocol IN ('c2pa', 'iptc') THEN 'media'
        WHEN protocol IN ('registry', 'request') OR protocol IN (SELECT l.protocol FROM listed AS l) THEN 'list'
        ELSE 'host'
    END AS carrier,
    protocol <> 'request' OR EXISTS (FROM observations WHERE protocol = 'request') AS entered,
    coalesce((SELECT any_value(e.page_carriers) FROM evaluated AS e WHERE e.protocol = known.protocol), [])
        AS page_carriers
FROM known
ORDER BY protocol
