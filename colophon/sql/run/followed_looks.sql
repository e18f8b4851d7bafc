-- name: followed_looks
-- purpose: what came back in the end for each look that leads to another. A redirect is answered by the look at its
--   target that follows it within a day, else by the latest before it, else by the next after it; at most five
--   redirects are followed (RFC 9309, section 2.3.1.2). A file that was found unchanged is answered by the look that
--   the record names, which may have been found unchanged itself, else by one whose payload has the same digest, else
--   by the latest readable look at the same address, if their entity tags do not differ. The order of files and shards
--   plays no part in this
-- grain: one row per look at a host's file that is a redirect or was found unchanged
-- needs: observations
-- columns:
--   observation_id: the look that leads on
--   outcome: what came back in the end; redirected or unchanged where no look is known
--   evidence_sha256: the bytes that came back in the end
--   final_url: what answered, after redirects
--   redirects: how many redirects were followed
--   answered_by: the look with the bytes
--   known_at: when the last of the looks was made that the answer rests on
--   oldest_at: when the first of them was made
WITH RECURSIVE
looks AS (
    SELECT
        *,
        upper(payload_digest) AS digest,
        -- Compared weakly (RFC 9110, 8.8.3.2), and whatever the coding that servers add to the mark.
        CASE WHEN json_valid(headers_kept) THEN regexp_replace(
            trim(regexp_replace(headers_kept ->> 'etag', '^\s*W/', ''), ' "'), '(-|--|;)(gzip|br|zstd|deflate|df)$', ''
        ) END AS etag
    FROM observations
    WHERE place = 'host'
),
to_follow AS (
    SELECT observation_id, protocol, observed_at, outcome, refers_to_url, refers_to_date, digest, etag
    FROM looks
    WHERE outcome IN ('redirected', 'unchanged')
),
looked_at AS (
    SELECT observation_id, protocol, requested_url, observed_at, outcome, digest, etag
    FROM looks
    WHERE observed_at IS NOT NULL
),
-- Of several looks at one address at one time, the one that restricts most.
targets AS (
    SELECT observation_id, protocol, requested_url, observed_at
    FROM looked_at
    WHERE requested_url IN (SELECT refers_to_url FROM to_follow WHERE outcome = 'redirected')
    QUALIFY row_number() OVER (
        PARTITION BY protocol, requested_url, observed_at
        ORDER BY
            CASE outcome
                WHEN 'ok' THEN 1
                WHEN 'absent' THEN 2
                WHEN 'redirected' THEN 3
                WHEN 'unchanged' THEN 3
                ELSE 0
            END,
            observation_id
    ) = 1
),
redirects AS (
    SELECT * FROM to_follow WHERE outcome = 'redirected' AND observed_at IS NOT NULL AND refers_to_url IS NOT NULL
),
target_after AS (
    SELECT r.observation_id, r.observed_at, t.observation_id AS next_id, t.observed_at AS next_at
    FROM redirects AS r
    ASOF LEFT JOIN targets AS t
        ON r.protocol = t.protocol AND r.refers_to_url = t.requested_url AND r.observed_at <= t.observed_at
),
target_before AS (
    SELECT r.observation_id, t.observation_id AS next_id
    FROM redirects AS r
    ASOF LEFT JOIN targets AS t
        ON r.protocol = t.protocol AND r.refers_to_url = t.requested_url AND r.observed_at > t.observed_at
),
readable AS (
    SELECT * FROM looked_at WHERE outcome IN ('ok', 'redirected', 'too_large', 'unreadable')
),
unchanged AS (
    SELECT * FROM to_follow WHERE outcome = 'unchanged'
),
-- Times of records have parts of a second that the records which refer to them may leave out.
named AS (
    SELECT u.observation_id, l.observation_id AS next_id
    FROM unchanged AS u
    JOIN looked_at AS l
        ON
            l.protocol = u.protocol
            AND l.requested_url = u.refers_to_url
            AND (l.outcome IN ('ok', 'redirected', 'too_large', 'unreadable')
                OR (l.outcome = 'unchanged' AND l.observed_at < u.observed_at))
            AND date_trunc('second', l.observed_at) = date_trunc('second', u.refers_to_date)
    QUALIFY row_number() OVER (
        PARTITION BY u.observation_id ORDER BY
            l.observed_at <> u.refers_to_date, l.digest IS DISTINCT FROM u.digest, l.outcome <> 'ok',
            l.outcome = 'unchanged', l.observation_id
    ) = 1
),
digests AS (
    SELECT protocol, digest, arg_min(observation_id, (outcome <> 'ok', observed_at, observation_id)) AS next_id
    FROM readable
    WHERE digest IS NOT NULL AND outcome <> 'redirected'
    GROUP BY protocol, digest
),
earlier AS (
    SELECT protocol, requested_url, observed_at, etag, outcome, observation_id
    FROM readable
    WHERE outcome IN ('ok', 'redirected')
    QUALIFY row_number() OVER (PARTITION BY protocol, requested_url, observed_at, etag ORDER BY outcome, observation_id) = 1
),
same_tag AS (
    SELECT u.observation_id, l.observation_id AS next_id
    FROM unchanged AS u
    ASOF LEFT JOIN earlier AS l
        ON
            u.protocol = l.protocol
            AND u.refers_to_url = l.requested_url
            AND u.etag = l.etag
            AND u.observed_at > l.observed_at
),
untagged AS (
    SELECT u.observation_id, l.observation_id AS next_id, l.etag
    FROM unchanged AS u
    ASOF LEFT JOIN (
        SELECT * FROM earlier
        QUALIFY row_number() OVER (
            PARTITION BY protocol, requested_url, observed_at ORDER BY etag IS NULL, etag, outcome, observation_id
        ) = 1
    ) AS l
        ON u.protocol = l.protocol AND u.refers_to_url = l.requested_url AND u.observed_at > l.observed_at
),
following AS (
    SELECT
        a.observation_id,
        CASE
            WHEN epoch_us(a.next_at) - epoch_us(a.observed_at) <= 86400000000 THEN a.next_id
            ELSE coalesce(b.next_id, a.next_id)
        END AS next_id,
        1 AS redirects
    FROM target_after AS a
    JOIN target_before AS b USING (observation_id)
    UNION ALL
    SELECT
        u.observation_id,
        coalesce(
            n.next_id,
            d.next_id,
            -- A date names one look and no other; a digest that differs, or a tag, names other content.
            CASE WHEN u.refers_to_date IS NULL THEN s.next_id END,
            CASE WHEN u.refers_to_date IS NULL AND (u.etag IS NULL OR t.etag IS NULL) THEN t.next_id END
        ) AS next_id,
        0 AS redirects
    FROM unchanged AS u
    LEFT JOIN named AS n USING (observation_id)
    LEFT JOIN digests AS d ON d.protocol = u.protocol AND d.digest = u.digest
    LEFT JOIN same_tag AS s USING (observation_id)
    LEFT JOIN untagged AS t USING (observation_id)
),
steps AS MATERIALIZED (
    SELECT f.observation_id, f.redirects, o.observation_id AS next_id, o.observed_at, o.outcome
    FROM following AS f
    JOIN observations AS o ON o.observation_id = f.next_id
),
walk AS (
    SELECT
        observation_id AS start, observation_id AS place, outcome, 0 AS step, 0 AS redirects, false AS repeats,
        observed_at AS known_at, observed_at AS oldest_at
    FROM to_follow
    UNION ALL
    SELECT
        w.start, s.next_id, s.outcome, w.step + 1, w.redirects + s.redirects, w.repeats OR s.redirects = 0,
        -- What is repeated is known anew: its own times do not matter.
        CASE WHEN s.redirects = 1 AND NOT w.repeats THEN greatest(w.known_at, s.observed_at) ELSE w.known_at END,
        CASE WHEN s.redirects = 1 AND NOT w.repeats THEN least(w.oldest_at, s.observed_at) ELSE w.oldest_at END
    FROM walk AS w
    JOIN steps AS s ON s.observation_id = w.place
    -- A record may repeat one that repeats another; a long chain of them would be walked from each of its links.
    WHERE w.redirects + s.redirects <= 5 AND w.step < 25
),
ended AS (
    SELECT * FROM walk
    QUALIFY row_number() OVER (PARTITION BY start ORDER BY step DESC) = 1
),
-- A file that was read holds nothing of the protocols without a look at it.
read_for_another AS (
    SELECT
        b.observation_id,
        bool_or(e.outcome = 'ok') OVER (PARTITION BY b.shard_id, b.requested_url, b.observed_at) AS is_read
    FROM ended AS e
    JOIN observations AS b ON b.observation_id = e.start
)
SELECT
    e.start AS observation_id,
    CASE
        -- A sixth redirect, or a loop: the file cannot be had, as when it is asked for today.
        WHEN e.outcome = 'redirected' AND e.redirects = 5 AND e.place IN (SELECT observation_id FROM steps)
            THEN 'unreadable'
        WHEN e.outcome IN ('redirected', 'unchanged') AND a.is_read THEN 'absent'
        ELSE e.outcome
    END AS outcome,
    o.evidence_sha256,
    CASE WHEN e.redirects > 0 AND e.outcome NOT IN ('redirected', 'unchanged') THEN o.requested_url END AS final_url,
    CAST(nullif(e.redirects, 0) AS SMALLINT) AS redirects,
    CASE WHEN e.outcome NOT IN ('redirected', 'unchanged') THEN e.place END AS answered_by,
    e.known_at,
    e.oldest_at
FROM ended AS e
JOIN read_for_another AS a ON a.observation_id = e.start
LEFT JOIN observations AS o ON o.observation_id = e.place AND e.outcome NOT IN ('redirected', 'unchanged')
