-- name: block_lists
-- purpose: lists of domain names whose content is kept out of training
-- grain: one row per filter by domain names
-- needs: rules decisions documents training_sources
-- columns:
--   rule: name of the list
--   version: version of the rule
--   domains: domain names on it
--   list_sha256: hash over the names, one a line in alphabetical order
--   reason: why they are left out
--   dropped: documents for training kept out because of it
WITH lists AS (
    SELECT
        rule, version,
        list_sort(json_extract_string(parameters, '$.values[*]')) AS names,
        json_extract_string(parameters, '$.reason') AS reason
    FROM rules
    WHERE kind = 'filter' AND json_extract_string(parameters, '$.kind') = 'domains'
), dropped AS (
    SELECT decisions.rule, count(*) AS documents
    FROM decisions
    JOIN documents USING (doc_id)
    JOIN training_sources USING (source_id)
    WHERE decisions.position = 0
    GROUP BY decisions.rule
)
SELECT
    lists.rule, lists.version, len(names) AS domains, sha256(array_to_string(names, chr(10))) AS list_sha256, lists.reason,
    coalesce(dropped.documents, 0) AS dropped
FROM lists
LEFT JOIN dropped USING (rule)
ORDER BY lists.rule;
