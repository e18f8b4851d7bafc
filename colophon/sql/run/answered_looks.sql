-- name: answered_looks
-- purpose: looks that lead to others, with what came back in the end
-- grain: one row per look at a host's file that is a redirect or was found unchanged
-- needs: answered_observations followed_looks
-- columns:
--   observation_id: the look
--   protocol: protocol
--   authority: host
--   doc_id: null, as it is a look at a host
--   observed_at: when it was made
--   outcome: what came back in the end
--   evidence_sha256: hash of the bytes that came back in the end
--   requested_url: address that was asked for
--   place: host
--   scheme: scheme of the pages that the file speaks for, null for all
--   answered_by: the look that has the bytes
--   known_at: when the last of the looks was made that the answer rests on
--   oldest_at: when the first of them was made
SELECT
    observation_id, protocol, authority, doc_id, observed_at, outcome, evidence_sha256, requested_url, place,
    scheme, answered_by, known_at, oldest_at
FROM answered_observations
SEMI JOIN followed_looks USING (observation_id)
ORDER BY observation_id
