-- name: outcome
-- purpose: in which state the documents collected for training are, and what became of them
-- grain: one row per state
-- needs: optout_by_state
-- columns:
--   state: reserved, error, unknown, open, allowed, silent or not_applicable
--   documents: documents collected for training
--   dropped: of these, documents kept out of training, for whatever reason
--   kept: documents kept
SELECT
    state,
    sum(documents)::BIGINT AS documents,
    sum(documents - documents_kept)::BIGINT AS dropped,
    sum(documents_kept)::BIGINT AS kept
FROM optout_by_state
WHERE trains
GROUP BY state
ORDER BY list_position(['reserved', 'error', 'unknown', 'open', 'allowed', 'silent', 'not_applicable'], state);
