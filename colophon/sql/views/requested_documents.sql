-- name: requested_documents
-- purpose: documents that an accepted request of a rights holder names, whenever they were fetched
-- reading: A row says: somebody who holds rights in this document asked that it is not used for training, the request
--   was accepted, and it was not withdrawn. It binds under every policy and at every moment, also one before it.
-- grain: one row per document
-- needs: documents signals observations
-- columns:
--   doc_id: document
--   request: the request, as the record names it
--   requested_at: when it was accepted
--   signal_id: its entry that names the document
--   observation_id: the observation of that entry
WITH entries AS (
    SELECT
        s.signal_id,
        s.observation_id,
        s.state,
        o.origin,
        o.observed_at,
        split_part(s.value, ' ', 1) AS named,
        substr(s.value, strpos(s.value, ' ') + 1) AS name
    FROM signals AS s
    JOIN observations AS o USING (observation_id)
    WHERE s.protocol = 'request' AND o.place = 'list' AND o.observed_at IS NOT NULL
    -- The last word of a request on a name counts.
    QUALIFY o.observed_at = max(o.observed_at) OVER (PARTITION BY o.origin, s.value)
),
in_force AS (
    SELECT *
    FROM entries
    WHERE state = 'reserved'
),
addressed AS (
    SELECT
        d.doc_id,
        d.authority,
        -- An address that held personal data was cut to its host.
        strpos(d.url, '://') > 0 AS whole,
        -- An address without a path is that of the path /.
        regexp_replace(substr(d.url, strpos(d.url, '://') + 3), '^([^/?]+)(\?|$)', '\1/\2') AS place
    FROM documents AS d
    WHERE d.authority IN (SELECT split_part(name, '/', 1) FROM in_force WHERE named = 'url_prefix')
),
hosts AS (
    SELECT DISTINCT authority
    FROM documents
    WHERE authority IS NOT NULL AND EXISTS (SELECT 1 FROM in_force WHERE named = 'domain')
),
labelled AS (
    SELECT authority, string_split(regexp_replace(authority, ':[0-9]+$', ''), '.') AS labels
    FROM hosts
),
host_names AS (
    SELECT authority, array_to_string(labels[unnest(range(1, len(labels) + 1)):], '.') AS name
    FROM labelled
),
named AS (
    SELECT d.doc_id, e.*
    FROM in_force AS e
    JOIN host_names AS h ON h.name = e.name
    JOIN documents AS d ON d.authority = h.authority
    WHERE e.named = 'domain'
    UNION ALL
    SELECT d.doc_id, e.*
    FROM in_force AS e
    JOIN documents AS d ON d.authority = e.name
    WHERE e.named = 'authority'
    UNION ALL
    SELECT d.doc_id, e.*
    FROM in_force AS e
    JOIN addressed AS d ON d.authority = split_part(e.name, '/', 1)
    WHERE
        e.named = 'url_prefix'
        AND (
            NOT d.whole
            OR starts_with(d.place || '/', e.name)
            -- The same address may be written in two ways.
            OR starts_with(coalesce(try(url_decode(d.place)), d.place), coalesce(try(url_decode(e.name)), e.name))
        )
    UNION ALL
    SELECT d.doc_id, e.*
    FROM in_force AS e
    JOIN documents AS d ON d.content_id = e.name
    WHERE e.named = 'sha256'
)
SELECT doc_id, origin AS request, observed_at AS requested_at, signal_id, observation_id
FROM named
QUALIFY row_number() OVER (PARTITION BY doc_id ORDER BY observed_at, signal_id) = 1
