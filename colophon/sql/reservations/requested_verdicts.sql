-- name: requested_verdicts
-- purpose: verdicts on the documents that accepted requests of rights holders name; they bind at every moment
-- grain: one row per document
-- needs: requested_documents
-- columns:
--   doc_id: document
--   protocol: always request
--   purpose: always train
--   agents: always empty: requests are about everybody
--   verdict: always reserved
--   signal_id: entry of the request that names the document
--   observation_id: the observation of that entry
SELECT
    doc_id,
    'request' AS protocol,
    'train' AS purpose,
    CAST([] AS VARCHAR[]) AS agents,
    'reserved' AS verdict,
    signal_id,
    observation_id
FROM requested_documents
