-- name: protocols
-- purpose: the protocols for reservations of rights: how each is treated, where it was looked for, and what was found
-- grain: one row per protocol of the policy or the record
-- needs: policy_protocols observations optout_by_protocol rules
-- columns:
--   protocol: protocol
--   standing: required (a look is needed), honoured (binds where seen) or seen (neither)
--   specification: specification that the evaluator reads, with its date; empty where this version cannot read it
--   hosts: hosts looked at
--   failed_hosts: of these, hosts where the last look failed
--   first_month: MM/YYYY of the first look with a known time
--   last_month: MM/YYYY of the last
--   reserved: documents for training that this protocol reserves
--   reserved_dropped: of these, documents kept out of training
--   unknown: documents for training about which it leaves unknown whether rights are reserved
--   error: documents for training where the look failed
WITH evaluators AS (
    SELECT
        json_extract_string(parameters, '$.protocol') AS protocol,
        any_value(concat_ws(
            ', ', json_extract_string(parameters, '$.specification'),
            json_extract_string(parameters, '$.specification_date')
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
        protocol, count(*) AS hosts,
        count(*) FILTER (outcome NOT IN ('ok', 'absent')) AS failed_hosts
    FROM last_looks
    GROUP BY protocol
), months AS (
    SELECT
        protocol,
        strftime(min(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS first_month,
        strftime(max(observed_at) AT TIME ZONE 'UTC', '%m/%Y') AS last_month
    FROM observations
    GROUP BY protocol
), found AS (
    SELECT
        protocol,
        sum(documents) FILTER (state = 'reserved') AS reserved,
        sum(documents - documents_kept) FILTER (state = 'reserved') AS reserved_dropped,
        sum(documents) FILTER (state = 'unknown') AS unknown,
        sum(documents) FILTER (state = 'error') AS error
    FROM optout_by_protocol
    WHERE trains
    GROUP BY protocol
)
SELECT
    p.protocol,
    CASE WHEN p.required THEN 'required' WHEN p.honoured THEN 'honoured' ELSE 'seen' END AS standing,
    e.specification,
    coalesce(h.hosts, 0) AS hosts,
    coalesce(h.failed_hosts, 0) AS failed_hosts,
    m.first_month,
    m.last_month,
    coalesce(f.reserved, 0)::BIGINT AS reserved,
    coalesce(f.reserved_dropped, 0)::BIGINT AS reserved_dropped,
    coalesce(f.unknown, 0)::BIGINT AS unknown,
    coalesce(f.error, 0)::BIGINT AS error
FROM policy_protocols AS p
LEFT JOIN evaluators AS e USING (protocol)
LEFT JOIN hosts AS h USING (protocol)
LEFT JOIN months AS m USING (protocol)
LEFT JOIN found AS f USING (protocol)
ORDER BY CASE standing WHEN 'required' THEN 0 WHEN 'honoured' THEN 1 ELSE 2 END, p.protocol;
