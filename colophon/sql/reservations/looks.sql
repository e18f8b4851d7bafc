-- name: looks
-- purpose: looks at hosts within a range of names, and at pages of these hosts within a range of documents
-- grain: one row per observation
-- needs: observations
-- parameters:
--   first_authority: first host
--   last_authority: last host
--   first_doc_id: smallest document
--   last_doc_id: greatest document
-- columns:
--   observation_id: the look
--   protocol: protocol
--   authority: host
--   doc_id: the document that the page gave, null for looks at a host
--   observed_at: when it was made
--   outcome: what came back
--   evidence_sha256: hash of the bytes that came back
--   requested_url: address that was asked for
--   place: what was looked at
--   scheme: scheme of the pages that the file speaks for, null for all
--   answered_by: the look that has the bytes, where it is another
--   known_at: when the last of the looks was made that the answer rests on
--   oldest_at: when the first of them was made
SELECT
    observation_id, protocol, authority, doc_id, observed_at, outcome, evidence_sha256, requested_url, place,
    scheme, answered_by, known_at, oldest_at
FROM observations
WHERE
    authority BETWEEN $first_authority AND $last_authority
    AND (doc_id IS NULL OR doc_id BETWEEN $first_doc_id AND $last_doc_id)
