-- name: policy
-- purpose: the policy on reservations of rights under which the record was made, and the table of crawlers it was read with
-- grain: one row; none where the record names no policy
-- needs: rules policy_protocols
-- columns:
--   policy: name of the policy
--   version: its version
--   policy_sha256: its digest
--   clock: the moment whose reservations count: at_fetch, at_obtained or at_training
--   required: protocols that must have been looked at
--   honoured: protocols honoured where they are seen
--   dropped_states: states of a document that keep it out of training
--   copies: which copies of a reserved text go with it: own, exact or near
--   training_tokens: product tokens of crawlers whose rules are taken to speak of training, beside the provider's own
--   own_group: decides if a site's own group for the crawler keeps its rules for all from those tokens, else overruled
--   agents_version: version of the table of known crawlers
--   agents_sha256: its digest
SELECT
    rule AS policy,
    version,
    model_sha256 AS policy_sha256,
    json_extract_string(parameters, '$.clock') AS clock,
    coalesce(json_extract_string(parameters, '$.required[*]'), []) AS required,
    (
        SELECT coalesce(list(protocol ORDER BY protocol), [])
        FROM policy_protocols
        WHERE honoured AND NOT required AND entered
    ) AS honoured,
    list_sort(list_filter(
        ['reserved', 'error', 'unknown', 'open', 'silent', 'allowed'],
        lambda s: json_extract_string(parameters, '$.actions.' || s) = 'drop'
    )) AS dropped_states,
    json_extract_string(parameters, '$.copies') AS copies,
    coalesce(json_extract_string(parameters, '$.training_tokens[*]'), []) AS training_tokens,
    coalesce(json_extract_string(parameters, '$.own_group'), 'overruled') AS own_group,
    (SELECT any_value(version) FROM rules WHERE kind = 'agents') AS agents_version,
    (SELECT any_value(model_sha256) FROM rules WHERE kind = 'agents') AS agents_sha256
FROM rules
WHERE kind = 'policy'
ORDER BY policy
LIMIT 1;
