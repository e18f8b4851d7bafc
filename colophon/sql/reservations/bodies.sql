-- name: bodies
-- purpose: the bytes that the looks of the query reservations/looks brought, which takes the same parameters
-- grain: one row per distinct bytes
-- needs: observations evidence
-- parameters:
--   first_authority: first host
--   last_authority: last host
--   first_doc_id: smallest document
--   last_doc_id: greatest document
-- columns:
--   evidence_sha256: their hash
--   bytes: the bytes
SELECT evidence_sha256, any_value(bytes) AS bytes
FROM evidence
WHERE
    evidence_sha256 IN (
        SELECT evidence_sha256
        FROM observations
        WHERE
            authority BETWEEN $first_authority AND $last_authority
            AND (doc_id IS NULL OR doc_id BETWEEN $first_doc_id AND $last_doc_id)
    )
GROUP BY evidence_sha256
