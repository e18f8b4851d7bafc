-- name: copies
-- purpose: copies removed from the data for training
-- grain: one row
-- needs: decisions documents training_sources
-- columns:
--   removed: documents for training removed as a copy of another
SELECT count(*) AS removed
FROM decisions
JOIN documents USING (doc_id)
JOIN training_sources USING (source_id)
WHERE decisions.position = 0 AND decisions.public_reason = 'duplicate';
