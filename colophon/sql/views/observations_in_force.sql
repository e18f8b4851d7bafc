-- name: observations_in_force
-- purpose: the look at a host that speaks for a given moment: the latest one not after it; of several at the
--   same time the one that restricts most, then the one with the smallest id
-- grain: one row per host, protocol and moment for which an earlier look exists
-- needs: documents moments observations policy_protocols
-- columns:
--   authority: host
--   protocol: protocol
--   moment: the moment
--   observation_id: the look
--   observed_at: when it was made
--   age_days: days between the look and the moment
--   in_date: whether the look is not older than the policy allows
--   outcome: what came back
--   grade: how well time and content are attested
WITH asked AS (
    SELECT DISTINCT d.authority, m.moment
    FROM documents AS d
    JOIN moments AS m USING (doc_id)
    WHERE d.authority IS NOT NULL AND m.moment IS NOT NULL
),
looks AS (
    SELECT authority, protocol, observed_at, observation_id, outcome, grade
    FROM observations
    WHERE place = 'host' AND observed_at IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY authority, protocol, observed_at
        ORDER BY
            CASE outcome
                WHEN 'ok' THEN 1
                WHEN 'absent' THEN 2
                ELSE 0
            END,
            observation_id
    ) = 1
)
SELECT
    f.authority,
    p.protocol,
    f.moment,
    l.observation_id,
    l.observed_at,
    (epoch_us(f.moment) - epoch_us(l.observed_at)) / 86400000000.0 AS age_days,
    p.max_age_days IS NULL
        OR epoch_us(f.moment) - epoch_us(l.observed_at) <= p.max_age_days * 86400000000 AS in_date,
    l.outcome,
    l.grade
FROM asked AS f
CROSS JOIN policy_protocols AS p
ASOF JOIN looks AS l
    ON f.authority = l.authority
    AND p.protocol = l.protocol
    AND f.moment >= l.observed_at
