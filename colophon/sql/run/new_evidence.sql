-- name: new_evidence
-- purpose: evidence that the record does not hold yet
-- grain: one row per distinct bytes
-- needs: brought earlier
-- columns:
--   evidence_sha256: hash of the bytes
--   size_bytes: how many there are
--   bytes: the bytes
SELECT evidence_sha256, any_value(size_bytes) AS size_bytes, any_value(bytes) AS bytes
FROM brought
WHERE evidence_sha256 NOT IN (SELECT evidence_sha256 FROM earlier)
GROUP BY evidence_sha256
