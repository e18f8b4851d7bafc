-- name: source_rules
-- purpose: what decisions need to know of a source
-- grain: one row per source
-- needs: sources granted_sources sources_without_effect
-- parameters:
--   reports_without_effect: whether the policy drops nothing whose basis a reservation does not touch
-- columns:
--   source_id: number of the source
--   evaluates: whether its documents measure the model
--   granted: whether its rights holder granted its use
--   untouched: whether only a request of the rights holder drops its documents
SELECT
    source_id,
    evaluates,
    source_id IN (SELECT source_id FROM granted_sources) AS granted,
    $reports_without_effect AND source_id IN (SELECT source_id FROM sources_without_effect) AS untouched
FROM sources
