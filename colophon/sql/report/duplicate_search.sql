-- name: duplicate_search
-- purpose: what the search for duplicates did, which every run does anew over all documents
-- grain: one row, of the newest run; none where no run is noted
-- needs: runs
-- columns:
--   generation: generation of that run
--   components [authority]: groups of documents that are linked by equal texts or bands in common
--   candidates [authority]: documents in them
--   compared [authority]: comparisons of sketches
--   checked [authority]: pairs whose likeness the estimate left open, checked by their texts
--   cut_by_limit [authority]: documents kept although more representatives shared a band with them than a document is compared with
--   unverified [authority]: documents kept although a text of a pair could not be read again
--   seconds_checking: time taken to read texts again and check pairs
--   seconds: time of the whole run
--   share_checking [authority]: the first as a share of the second
SELECT
    generation,
    json_extract(counts, '$."clusters.components"')::BIGINT AS components,
    json_extract(counts, '$."clusters.candidates"')::BIGINT AS candidates,
    json_extract(counts, '$."clusters.compared"')::BIGINT AS compared,
    json_extract(counts, '$."clusters.checked"')::BIGINT AS checked,
    json_extract(counts, '$."clusters.cut_by_limit"')::BIGINT AS cut_by_limit,
    json_extract(counts, '$."clusters.unverified"')::BIGINT AS unverified,
    json_extract(counts, '$."clusters.milliseconds_checking"')::BIGINT / 1000 AS seconds_checking,
    epoch_ms(finished_at - started_at) / 1000 AS seconds,
    seconds_checking / nullif(seconds, 0) AS share_checking
FROM runs
WHERE json_extract(counts, '$."clusters.components"') IS NOT NULL
ORDER BY generation DESC
LIMIT 1
