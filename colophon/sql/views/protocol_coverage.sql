-- name: protocol_coverage
-- purpose: for how much of the corpus each protocol was looked at in time, too early, too late, or never
-- reading: A row says: for so many documents to which this protocol can apply, the look at it is in force (made
--   before the moment asked about and not older than the policy allows), failed (made in time, but nothing could be
--   read), stale (too old), after_only (made only afterwards), undated (made at a time that is not known), other_scheme
--   (made only of the file of http for a page of https, or the other way round), not_followed (a redirect, or a file
--   found unchanged, and the look that would answer it is not in the input), no_moment (the moment itself is not known),
--   no_address (a crawled document whose address is not known), not_readable (what came back was not read: this version
--   cannot, or the policy does not name the protocol), or never (nobody looked). The rows of one protocol add up to all
--   documents it can apply to: those with an address or crawled, for images and the like those that are no text.
--   Accepted requests are left out: nobody looks for them.
-- grain: one row per protocol of the policy or the record, coverage, and whether the source trains the model
-- needs: documents decisions sources optout_audit policy_protocols training_sources
-- columns:
--   protocol: protocol
--   required: whether the policy requires a look at it
--   honoured: whether the policy honours it where seen
--   trains [authority]: whether the documents are of sources that train the model
--   coverage [authority]: in_force, failed, stale, after_only, undated, other_scheme, not_followed, no_moment, no_address, not_readable or never
--   documents [authority]: documents collected
--   text_bytes: their UTF-8 bytes
--   documents_kept [authority]: of these, documents no rule drops
WITH applying AS (
    SELECT
        c.carrier,
        t.source_id IS NOT NULL AS trains,
        count(*) AS documents,
        sum(d.text_bytes) AS text_bytes,
        count(*) FILTER (x.doc_id IS NULL) AS documents_kept
    FROM documents AS d
    JOIN sources AS s ON s.source_id = d.source_id
    CROSS JOIN (VALUES ('host'), ('page'), ('media'), ('list')) AS c (carrier)
    LEFT JOIN training_sources AS t ON t.source_id = d.source_id
    LEFT JOIN decisions AS x ON x.doc_id = d.doc_id AND x.position = 0
    WHERE
        CASE c.carrier
            WHEN 'media' THEN d.modality <> 'text'
            WHEN 'list' THEN true
            ELSE d.authority IS NOT NULL OR s.acquisition IN ('crawled_own', 'crawled_on_behalf')
        END
    GROUP BY ALL
),
judged AS (
    SELECT
        protocol,
        trains,
        CASE
            WHEN state = 'error' THEN 'failed'
            WHEN state <> 'unknown' THEN 'in_force'
            WHEN unknown_reason IN ('stale', 'after_only', 'other_scheme', 'no_address') THEN unknown_reason
            WHEN unknown_reason = 'no_look_time' THEN 'undated'
            WHEN unknown_reason IN ('redirect_not_followed', 'revisit_not_resolved') THEN 'not_followed'
            WHEN unknown_reason IN ('not_evaluated', 'not_in_policy', 'terms_not_read') THEN 'not_readable'
            WHEN unknown_reason = 'not_observed' THEN 'never'
            ELSE 'no_moment'
        END AS coverage,
        count(*) AS documents,
        sum(text_bytes) AS text_bytes,
        count(*) FILTER (kept) AS documents_kept
    FROM optout_audit
    WHERE state <> 'not_applicable' AND protocol <> 'request'
    GROUP BY ALL
),
-- The audit has no row for a protocol that is not required and was not seen: nobody looked there either.
never_seen AS (
    SELECT
        p.protocol,
        a.trains,
        'never' AS coverage,
        a.documents - coalesce(sum(j.documents), 0) AS documents,
        a.text_bytes - coalesce(sum(j.text_bytes), 0) AS text_bytes,
        a.documents_kept - coalesce(sum(j.documents_kept), 0) AS documents_kept
    FROM policy_protocols AS p
    JOIN applying AS a ON a.carrier = p.carrier
    LEFT JOIN judged AS j ON j.protocol = p.protocol AND j.trains = a.trains
    WHERE p.protocol <> 'request'
    GROUP BY p.protocol, a.trains, a.documents, a.text_bytes, a.documents_kept
)
SELECT
    protocol,
    any_value(p.required) AS required,
    any_value(p.honoured) AS honoured,
    c.trains,
    c.coverage,
    sum(c.documents)::BIGINT AS documents,
    sum(c.text_bytes)::BIGINT AS text_bytes,
    sum(c.documents_kept)::BIGINT AS documents_kept
FROM (SELECT * FROM judged UNION ALL SELECT * FROM never_seen WHERE documents > 0) AS c
JOIN policy_protocols AS p USING (protocol)
GROUP BY protocol, c.trains, c.coverage
ORDER BY protocol, c.trains DESC, c.coverage
