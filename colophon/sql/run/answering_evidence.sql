-- name: answering_evidence
-- purpose: the bytes that came back in the end for looks that lead to others
-- grain: one row per distinct bytes
-- needs: evidence followed_looks
-- columns:
--   evidence_sha256: hash of the bytes
--   bytes: the bytes
SELECT evidence_sha256, any_value(bytes) AS bytes
FROM evidence
SEMI JOIN followed_looks USING (evidence_sha256)
GROUP BY evidence_sha256
ORDER BY evidence_sha256
