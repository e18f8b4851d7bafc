-- name: granted_sources
-- purpose: sources whose rights holder granted their use for training, which alone overrides a reservation
-- reading: A row says: the corpus file claims a license or a contract for this source, names who granted it, and where
--   that is evidenced. A license without a named grantor and evidence overrides nothing.
-- grain: one row per source
-- needs: sources
-- columns:
--   source_id: number of the source
--   legal_basis: license or contract
--   grantor: who granted it
--   license_evidence: where that is evidenced
SELECT source_id, legal_basis, grantor, license_evidence
FROM sources
WHERE legal_basis IN ('license', 'contract') AND grantor <> '' AND license_evidence <> ''
