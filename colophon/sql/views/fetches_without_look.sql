-- name: fetches_without_look
-- purpose: used documents that the provider crawled, or had crawled, without a look at robots.txt of their host on record
--   before the fetch, or after a look that failed (RFC 9309 2.3.1.4: who gets no answer stays away)
-- reading: Any look counts for a document whose time of fetch is not known.
-- grain: one row per document
-- needs: documents_training policy_file_looks
-- columns:
--   doc_id: document
--   source_id: its source
--   authority: host, with port where not the scheme's own
--   fetched_at: when it was fetched
--   look [authority]: none, or failed where the last look before the fetch brought nothing that could be read
WITH crawled AS (
    SELECT
        doc_id, source_id, authority, fetched_at,
        -- The end of the day where no more is known.
        coalesce(fetched_at, fetched_on::TIMESTAMPTZ + INTERVAL 1 DAY, 'infinity') AS looked_until
    FROM documents_training
    WHERE acquisition IN ('crawled_own', 'crawled_on_behalf') AND authority IS NOT NULL
),
looks AS (
    SELECT authority, observed_at, bool_and(failed) AS failed
    FROM policy_file_looks
    WHERE file = 'robots' AND observed_at IS NOT NULL
    GROUP BY ALL
)
SELECT doc_id, source_id, crawled.authority, fetched_at, CASE WHEN failed THEN 'failed' ELSE 'none' END AS look
FROM crawled
ASOF LEFT JOIN looks ON crawled.authority = looks.authority AND crawled.looked_until >= looks.observed_at
WHERE failed IS DISTINCT FROM false
