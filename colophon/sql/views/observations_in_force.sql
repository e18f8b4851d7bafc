-- name: observations_in_force
-- purpose: the look at a host that speaks for pages of a scheme at a given moment: the latest one not after it; of
--   several at the same time the one that restricts most, then the one with the smallest id. A file speaks for its own
--   scheme (RFC 9309, section 2.3); where the scheme of a page is not known, the files of all do
-- grain: one row per host, scheme, protocol and moment for which an earlier look exists
-- needs: documents moments observations policy_protocols
-- columns:
--   authority: host
--   scheme: scheme of the pages, empty where it is not known
--   protocol: protocol
--   moment: the moment
--   observation_id: the look
--   observed_at: when it was made
--   age_days: days between the look, or the first of those that it rests on, and the moment
--   in_date: whether the look is not older than the policy allows
--   outcome: what came back
--   grade: how well time and content are attested
WITH asked AS (
    SELECT DISTINCT
        d.authority,
        CASE WHEN contains(d.url, '://') THEN split_part(d.url, '://', 1) ELSE '' END AS scheme,
        m.moment
    FROM documents AS d
    JOIN moments AS m USING (doc_id)
    WHERE d.authority IS NOT NULL AND m.moment IS NOT NULL
),
places AS (
    SELECT DISTINCT authority, scheme FROM asked
),
looks AS (
    SELECT
        p.authority, p.scheme, o.protocol, coalesce(o.known_at, o.observed_at) AS known_at,
        coalesce(o.oldest_at, o.observed_at) AS oldest_at, o.observed_at, o.observation_id, o.outcome, o.grade
    FROM places AS p
    JOIN observations AS o
        ON o.authority = p.authority
        AND (o.scheme IS NULL OR p.scheme = '' OR o.scheme = p.scheme)
    WHERE o.place = 'host' AND o.observed_at IS NOT NULL
    QUALIFY row_number() OVER (
        PARTITION BY p.authority, p.scheme, o.protocol, coalesce(o.known_at, o.observed_at)
        ORDER BY
            CASE o.outcome
                WHEN 'ok' THEN 1
                WHEN 'absent' THEN 2
                WHEN 'redirected' THEN 3
                WHEN 'unchanged' THEN 3
                ELSE 0
            END,
            o.observation_id
    ) = 1
)
SELECT
    f.authority,
    f.scheme,
    p.protocol,
    f.moment,
    l.observation_id,
    l.observed_at,
    (epoch_us(f.moment) - epoch_us(l.oldest_at)) / 86400000000.0 AS age_days,
    p.max_age_days IS NULL
        OR epoch_us(f.moment) - epoch_us(l.oldest_at) <= p.max_age_days * 86400000000 AS in_date,
    l.outcome,
    l.grade
FROM asked AS f
CROSS JOIN policy_protocols AS p
ASOF JOIN looks AS l
    ON f.authority = l.authority
    AND f.scheme = l.scheme
    AND p.protocol = l.protocol
    AND f.moment >= l.known_at
