-- name: optout_audit
-- purpose: what was known, at the moment that counts (that of its fetch, unless an audit asks for another), about
--   reservations against the use of a document, and what was done about it. A state is stored where a signal spoke or a
--   look failed; silent and unknown are derived from the looks.
--   Times are those the files state; only looks of grade third_party are attested by somebody else.
-- grain: one row per document and protocol, for each protocol the policy requires and any other seen for the document;
--   of accepted requests, for the documents they name
-- needs: documents moments decisions sources training_sources verdicts signals observations policy_protocols
--   observations_in_force
-- columns:
--   doc_id: document
--   source_id: source of the document
--   source: its name
--   stage: training stage
--   trains [authority]: whether the source trains the model (no evaluation, validation or retrieval-only source)
--   authority: host, null where the document has no address
--   registered_domain: its domain
--   url: address of the document
--   fetched_at: when it was fetched
--   moment: the moment whose reservations count
--   text_bytes: UTF-8 bytes
--   protocol: protocol
--   required: whether the policy requires a look at this protocol
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   unknown_reason [authority]: why the state is unknown; the view unknown_hosts says what each reason means
--   carried_forward [authority]: whether the state rests on what the page said at its fetch, not at the moment
--   purposes [authority]: what the state is about: crawl, train, or both
--   agents: agents the deciding verdict is about
--   observation_id: the look it rests on
--   observed_at: when that look was made
--   observation_age_days [authority]: days between that look and the moment
--   outcome: what the look brought back
--   grade: how well the look's time and content are attested
--   signal_id: deciding signal
--   rule: line number and text of the deciding rule
--   kept [authority]: whether no rule drops the document
--   decision_rule [authority]: rule that decided to drop it
--   public_reason: reason for dropping it, as the public may read it
--   legal_basis: copyright basis claimed for the source
--   effect [authority]: relied_on_art4, other_basis or basis_unknown: whether a reservation matters for that basis
WITH ranks (state, place) AS (
    VALUES ('reserved', 0), ('error', 1), ('unknown', 2), ('open', 3), ('allowed', 4), ('silent', 5)
),
ranked AS (
    SELECT v.*, r.place, min(r.place) OVER (PARTITION BY v.doc_id, v.protocol) AS first_place
    FROM verdicts AS v
    JOIN ranks AS r ON r.state = v.verdict
),
deciding AS (
    SELECT
        doc_id,
        protocol,
        any_value(verdict) AS state,
        array_to_string(list_sort(list_distinct(list(purpose))), ', ') AS purposes,
        -- Training is what the audit is about, so its verdict is shown where both purposes are decided alike.
        arg_min(agents, (purpose <> 'train', coalesce(signal_id, ''), observation_id)) AS agents,
        arg_min(signal_id, (purpose <> 'train', coalesce(signal_id, ''), observation_id)) AS signal_id,
        arg_min(observation_id, (purpose <> 'train', coalesce(signal_id, ''), observation_id)) AS observation_id
    FROM ranked
    WHERE place = first_place
    GROUP BY doc_id, protocol
),
places AS (
    SELECT DISTINCT
        authority,
        CASE WHEN contains(url, '://') THEN split_part(url, '://', 1) ELSE '' END AS scheme
    FROM documents
    WHERE authority IS NOT NULL
),
-- Looks at each host, and those of them that speak for pages of a scheme.
seen AS (
    SELECT
        p.authority,
        p.scheme,
        o.protocol,
        count(*) FILTER (o.scheme IS NULL OR p.scheme = '' OR o.scheme = p.scheme) AS looks,
        count(o.observed_at) FILTER (o.scheme IS NULL OR p.scheme = '' OR o.scheme = p.scheme) AS dated_looks
    FROM places AS p
    JOIN observations AS o ON o.authority = p.authority
    WHERE o.place = 'host'
    GROUP BY p.authority, p.scheme, o.protocol
),
lists AS (
    SELECT protocol, min(observed_at) AS first_listed
    FROM observations
    WHERE place = 'list'
    GROUP BY protocol
),
list_times AS (
    SELECT DISTINCT protocol, observed_at
    FROM observations
    WHERE place = 'list' AND observed_at IS NOT NULL
),
-- The latest list that was known at each moment.
lists_in_force AS (
    SELECT l.protocol, a.moment, t.observed_at AS last_listed
    FROM (SELECT DISTINCT moment FROM moments) AS a
    CROSS JOIN lists AS l
    ASOF JOIN list_times AS t
        ON t.protocol = l.protocol
        AND a.moment >= t.observed_at
),
candidates AS (
    SELECT
        d.doc_id,
        coalesce(d.fetched_at, (d.fetched_on + 1)::TIMESTAMPTZ - INTERVAL 1 MICROSECOND) AS fetched_at,
        m.moment,
        m.missing,
        p.protocol,
        p.required,
        p.evaluated,
        p.carrier,
        p.max_age_days,
        v.state AS stored_state,
        v.purposes,
        v.agents,
        v.signal_id,
        v.observation_id AS stored_observation_id,
        f.observation_id AS host_observation_id,
        f.outcome AS host_outcome,
        f.in_date,
        s.looks,
        s.dated_looks,
        l.protocol IS NOT NULL AS was_listed,
        l.first_listed,
        t.last_listed,
        list_has_all(d.page_carriers, p.page_carriers) AS page_was_read,
        CASE p.carrier
            WHEN 'media' THEN d.modality <> 'text'
            WHEN 'list' THEN true
            -- What a crawler fetched came from an address, be it that nobody kept it.
            ELSE d.authority IS NOT NULL OR c.acquisition IN ('crawled_own', 'crawled_on_behalf')
        END AS applies,
        d.authority IS NULL AS has_no_address
    FROM documents AS d
    JOIN sources AS c ON c.source_id = d.source_id
    JOIN moments AS m ON m.doc_id = d.doc_id
    CROSS JOIN policy_protocols AS p
    LEFT JOIN deciding AS v ON v.doc_id = d.doc_id AND v.protocol = p.protocol
    LEFT JOIN seen AS s
        ON s.authority = d.authority
        AND s.scheme = CASE WHEN contains(d.url, '://') THEN split_part(d.url, '://', 1) ELSE '' END
        AND s.protocol = p.protocol
    LEFT JOIN lists AS l ON l.protocol = p.protocol
    LEFT JOIN observations_in_force AS f
        ON f.authority = d.authority
        AND f.scheme = CASE WHEN contains(d.url, '://') THEN split_part(d.url, '://', 1) ELSE '' END
        AND f.protocol = p.protocol
        AND f.moment = m.moment
    LEFT JOIN lists_in_force AS t
        ON t.protocol = p.protocol
        AND t.moment = m.moment
    WHERE
        p.required
        OR v.state IS NOT NULL
        OR s.authority IS NOT NULL
        OR (l.protocol IS NOT NULL AND l.protocol <> 'request')
        OR (p.carrier = 'page' AND p.evaluated AND list_has_all(d.page_carriers, p.page_carriers))
),
reasoned AS (
    SELECT
        *,
        CASE
            WHEN stored_state = 'unknown' THEN 'terms_not_read'
            WHEN stored_state IS NOT NULL OR NOT applies THEN NULL
            WHEN has_no_address AND carrier IN ('host', 'page') THEN 'no_address'
            WHEN carrier IN ('page', 'media') THEN CASE
                WHEN NOT evaluated THEN 'not_evaluated'
                WHEN NOT page_was_read THEN 'not_observed'
                WHEN moment IS NOT DISTINCT FROM fetched_at THEN NULL
                WHEN moment IS NULL THEN concat(missing, '')
                WHEN fetched_at IS NULL THEN 'no_fetch_time'
                WHEN moment < fetched_at THEN 'after_only'
                WHEN epoch_us(moment) - epoch_us(fetched_at) > max_age_days * 86400000000 THEN 'stale'
            END
            -- DuckDB 2.0.0 ends the session where rows are grouped by a column that hands on this constant as it is.
            WHEN moment IS NULL THEN concat(missing, '')
            WHEN carrier = 'list' THEN CASE WHEN NOT was_listed THEN 'not_observed'
                WHEN first_listed IS NULL THEN 'no_look_time'
                WHEN last_listed IS NULL THEN 'after_only'
                WHEN epoch_us(moment) - epoch_us(last_listed) > max_age_days * 86400000000 THEN 'stale'
                WHEN NOT evaluated THEN 'not_evaluated'
            END
            WHEN looks IS NULL THEN 'not_observed'
            WHEN looks = 0 THEN 'other_scheme'
            WHEN dated_looks = 0 THEN 'no_look_time'
            WHEN in_date IS NULL THEN 'after_only'
            WHEN NOT in_date THEN 'stale'
            WHEN host_outcome = 'redirected' THEN 'redirect_not_followed'
            WHEN host_outcome = 'unchanged' THEN 'revisit_not_resolved'
            WHEN NOT evaluated THEN 'not_evaluated'
        END AS unknown_reason
    FROM candidates
),
judged AS (
    SELECT
        *,
        CASE
            WHEN stored_state IS NOT NULL THEN stored_state
            WHEN NOT applies THEN 'not_applicable'
            WHEN unknown_reason IS NOT NULL THEN 'unknown'
            WHEN carrier IN ('page', 'media', 'list') OR host_outcome IN ('ok', 'absent') THEN 'silent'
            ELSE 'error'
        END AS state,
        CASE
            WHEN stored_state IS NOT NULL THEN stored_observation_id
            WHEN in_date THEN host_observation_id
        END AS observation_id
    FROM reasoned
)
SELECT
    d.doc_id,
    d.source_id,
    s.name AS source,
    d.stage,
    t.source_id IS NOT NULL AS trains,
    d.authority,
    d.registered_domain,
    d.url,
    d.fetched_at,
    j.moment,
    d.text_bytes,
    j.protocol,
    j.required,
    j.state,
    -- A protocol that the policy names may still be one that this version cannot read.
    CASE
        WHEN j.unknown_reason = 'not_evaluated'
            AND j.protocol NOT IN (SELECT protocol FROM policy_protocols WHERE honoured) THEN 'not_in_policy'
        ELSE j.unknown_reason
    END AS unknown_reason,
    coalesce(o.place = 'page' AND j.moment IS DISTINCT FROM j.fetched_at, false) AS carried_forward,
    j.purposes,
    j.agents,
    j.observation_id,
    o.observed_at,
    (epoch_us(j.moment) - epoch_us(o.observed_at)) / 86400000000.0 AS observation_age_days,
    o.outcome,
    o.grade,
    j.signal_id,
    g.rule,
    x.doc_id IS NULL AS kept,
    x.rule AS decision_rule,
    x.public_reason,
    s.legal_basis,
    CASE s.legal_basis
        WHEN 'tdm_art4' THEN 'relied_on_art4'
        WHEN 'unknown' THEN 'basis_unknown'
        ELSE 'other_basis'
    END AS effect
FROM judged AS j
JOIN documents AS d ON d.doc_id = j.doc_id
JOIN sources AS s ON s.source_id = d.source_id
LEFT JOIN training_sources AS t ON t.source_id = d.source_id
LEFT JOIN observations AS o ON o.observation_id = j.observation_id
LEFT JOIN signals AS g ON g.signal_id = j.signal_id
LEFT JOIN decisions AS x ON x.doc_id = j.doc_id AND x.position = 0
