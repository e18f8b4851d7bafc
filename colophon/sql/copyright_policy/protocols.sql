-- name: protocols
-- purpose: the protocols for reservations of rights: how each is treated, where it was looked for, and what was found
-- grain: one row per protocol of the policy or the record
-- needs: policy_protocols observations optout_by_protocol protocol_coverage rules
-- columns:
--   protocol: protocol
--   standing: required (a look is needed), honoured (binds where seen) or seen (neither)
--   specification: specification that the evaluator reads, with its date and version; empty where this version cannot read it
--   hosts: hosts whose files were read, or are known to be absent, at the last look
--   failed_hosts: beside these, hosts where the last look failed
--   period: MM/YYYY of the first and the last look with a known time
--   reserved: documents for training that this protocol reserves
--   reserved_dropped: of these, documents kept out of training
--   looked_at: documents for training for which a look is in force; empty for lists, which nobody asks host by host
--   error: documents for training where the look failed; empty for lists
--   unknown: documents for training where nobody looked, or not in time; empty for lists
WITH evaluators AS (
    SELECT
        json_extract_string(parameters, '$.protocol') AS protocol,
        any_value(concat_ws(
            ', ', json_extract_string(parameters, '$.specification'),
            json_extract_string(parameters, '$.specification_date'), 'version ' || version
        )) AS specification
    FROM rules
    WHERE kind = 'parser'
    GROUP BY ALL
), last_looks AS (
    SELECT
        protocol, authority,
        arg_max(outcome, coalesce(observed_at, TIMESTAMPTZ '1970-01-01 00:00:00+00')) AS outcome
    FROM observations
    WHERE authority IS NOT NULL
    GROUP BY protocol, authority
), hosts AS (
    SELECT
        protocol, count(*) FILTER (outcome IN ('ok', 'absent')) AS hosts,
        count(*) FILTER (outcome NOT IN ('ok', 'absent')) AS failed_hosts
    FROM last_looks
    GROUP BY protocol
), months AS (
    SELECT
        protocol,
        strftime(min(observed_at) AT TIME ZONE 'UTC', '%m/%Y') || ' to '
            || strftime(max(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS period
    FROM observations
    GROUP BY protocol
), found AS (
    SELECT
        protocol,
        sum(documents) FILTER (state = 'reserved') AS reserved,
        sum(documents - documents_kept) FILTER (state = 'reserved') AS reserved_dropped
    FROM optout_by_protocol
    WHERE trains
    GROUP BY protocol
), looks AS (
    SELECT
        protocol,
        sum(documents) FILTER (coverage = 'in_force') AS looked_at,
        sum(documents) FILTER (coverage = 'failed') AS error,
        sum(documents) FILTER (coverage NOT IN ('in_force', 'failed')) AS unknown
    FROM protocol_coverage
    WHERE trains
    GROUP BY protocol
)
SELECT
    p.protocol,
    CASE WHEN p.required THEN 'required' WHEN p.honoured THEN 'honoured' ELSE 'seen' END AS standing,
    e.specification,
    coalesce(h.hosts, 0) AS hosts,
    coalesce(h.failed_hosts, 0) AS failed_hosts,
    m.period,
    coalesce(f.reserved, 0)::BIGINT AS reserved,
    coalesce(f.reserved_dropped, 0)::BIGINT AS reserved_dropped,
    CASE WHEN p.carrier <> 'list' THEN coalesce(l.looked_at, 0)::BIGINT END AS looked_at,
    CASE WHEN p.carrier <> 'list' THEN coalesce(l.error, 0)::BIGINT END AS error,
    CASE WHEN p.carrier <> 'list' THEN coalesce(l.unknown, 0)::BIGINT END AS unknown
FROM policy_protocols AS p
LEFT JOIN evaluators AS e USING (protocol)
LEFT JOIN hosts AS h USING (protocol)
LEFT JOIN months AS m USING (protocol)
LEFT JOIN found AS f USING (protocol)
LEFT JOIN looks AS l USING (protocol)
WHERE p.entered
ORDER BY CASE standing WHEN 'required' THEN 0 WHEN 'honoured' THEN 1 ELSE 2 END, p.protocol;
