-- name: rules
-- purpose: what was looked for, and by which version: what no rule looked for is unknown and not absent
-- grain: one row per rule and version
-- needs: rules
-- columns:
--   rule: name
--   version: version
--   kind: detector, filter, parser, policy or agents
SELECT rule, version, kind
FROM rules
ORDER BY rule, version
