-- name: wanted_evidence
-- purpose: bytes that the record holds already, of the hashes wanted
-- grain: one row per distinct bytes
-- needs: earlier wanted
-- columns:
--   evidence_sha256: hash of the bytes
--   bytes: the bytes
SELECT evidence_sha256, bytes FROM earlier SEMI JOIN wanted USING (evidence_sha256)
