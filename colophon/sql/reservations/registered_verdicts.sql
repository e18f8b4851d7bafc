-- name: registered_verdicts
-- purpose: verdicts on the documents that entries of a registry name, at the moments of this session
-- reading: Of the entries that name the same thing, the latest not after the moment and not too old counts; a name that a
--   later list leaves out stays named until then. Of several entries that name a document, one that reserves decides.
-- grain: one row per document
-- needs: documents moments signals observations
-- parameters:
--   protocol: the registry
--   max_age_days: days after which an entry does not count any more, null where it never grows too old
--   reservations_only: whether only entries that reserve are told, as of a registry that the policy does not name
-- columns:
--   doc_id: document
--   protocol: the registry
--   purpose: always train
--   agents: always empty: entries are about everybody
--   verdict: what the deciding entry says: reserved or allowed
--   signal_id: that entry
--   observation_id: the list that it stands in
WITH entries AS (
    SELECT
        s.signal_id,
        s.observation_id,
        s.state,
        o.observed_at,
        split_part(s.value, ' ', 1) AS named,
        substr(s.value, strpos(s.value, ' ') + 1) AS name,
        -- An address without a path is that of the path / (RFC 9110, 4.2.3).
        regexp_replace(substr(s.value, strpos(s.value, ' ') + 1), '^([a-z]+://[^/?]+)(\?|$)', '\1/\2') AS url
    FROM signals AS s
    JOIN observations AS o USING (observation_id)
    WHERE s.protocol = $protocol AND o.place = 'list' AND o.observed_at IS NOT NULL
),
hosts AS (
    SELECT DISTINCT authority, string_split(regexp_replace(authority, ':[0-9]+$', ''), '.') AS labels
    FROM documents
    WHERE authority IS NOT NULL
),
host_names AS (
    SELECT authority, array_to_string(labels[unnest(range(1, len(labels) + 1)):], '.') AS name
    FROM hosts
),
named AS (
    SELECT d.doc_id, e.*
    FROM documents AS d
    JOIN host_names AS h ON h.authority = d.authority
    JOIN entries AS e ON e.named = 'domain' AND e.name = h.name
    UNION ALL
    SELECT d.doc_id, e.*
    FROM documents AS d
    JOIN entries AS e ON e.named = 'url' AND e.url = regexp_replace(d.url, '^([a-z]+://[^/?]+)(\?|$)', '\1/\2')
    UNION ALL
    SELECT d.doc_id, e.*
    FROM documents AS d
    JOIN entries AS e ON e.named = 'sha256' AND e.name = d.content_id
),
in_force AS (
    SELECT n.*
    FROM named AS n
    JOIN moments AS m ON m.doc_id = n.doc_id
    WHERE
        n.observed_at <= m.moment
        AND (
            $max_age_days IS NULL
            OR epoch_us(m.moment) - epoch_us(n.observed_at) <= CAST($max_age_days AS DOUBLE) * 86400000000
        )
    QUALIFY n.observed_at = max(n.observed_at) OVER (PARTITION BY n.doc_id, n.named, n.name)
)
SELECT
    doc_id,
    CAST($protocol AS VARCHAR) AS protocol,
    'train' AS purpose,
    CAST([] AS VARCHAR[]) AS agents,
    state AS verdict,
    signal_id,
    observation_id
FROM in_force
WHERE state = 'reserved' OR NOT $reservations_only
QUALIFY row_number() OVER (PARTITION BY doc_id ORDER BY state <> 'reserved', signal_id) = 1
