-- name: reserved_used
-- purpose: used documents that a protocol reserves and for which no licence or contract of the rights holder is on record
-- grain: one row per protocol
-- needs: documents_training verdicts sources rules
-- columns:
--   protocol: protocol that reserves
--   documents: used documents it reserves
--   in_policy: whether the policy requires or honours it
WITH policy AS (
    SELECT unnest(list_concat(
        coalesce(json_extract_string(parameters, '$.required[*]'), []),
        coalesce(json_extract_string(parameters, '$.honoured[*]'), [])
    )) AS protocol
    FROM rules WHERE kind = 'policy'
)
SELECT
    verdicts.protocol,
    count(DISTINCT verdicts.doc_id) AS documents,
    verdicts.protocol IN (SELECT protocol FROM policy) AS in_policy
FROM verdicts
JOIN documents_training USING (doc_id)
JOIN sources ON sources.source_id = documents_training.source_id
WHERE verdicts.verdict = 'reserved'
    AND verdicts.purpose = 'train'
    AND NOT coalesce(
        sources.legal_basis IN ('license', 'contract') AND sources.grantor <> '' AND sources.license_evidence <> '', false
    )
GROUP BY verdicts.protocol
ORDER BY verdicts.protocol;
