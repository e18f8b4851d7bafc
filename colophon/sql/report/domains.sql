-- name: domains
-- purpose: domains by the size of what is kept; those after the largest together in the last row
-- grain: one row per domain, and one for the others
-- needs: domains
-- parameters:
--   most: how many domains to name
-- columns:
--   domain [authority]: registered domain, null for the others together
--   domains [authority]: how many domains the row stands for
--   documents [authority]: documents collected
--   documents_kept [authority]: documents no rule drops
--   text_bytes [authority]: UTF-8 bytes collected
--   text_bytes_kept [authority]: UTF-8 bytes of kept documents
WITH placed AS (
    SELECT *, row_number() OVER (ORDER BY text_bytes_kept DESC, text_bytes DESC, domain) AS place
    FROM domains
)
SELECT
    CASE WHEN place <= $most THEN domain END AS domain,
    count(*) AS domains,
    sum(documents)::BIGINT AS documents,
    sum(documents_kept)::BIGINT AS documents_kept,
    sum(text_bytes)::BIGINT AS text_bytes,
    sum(text_bytes_kept)::BIGINT AS text_bytes_kept
FROM placed
GROUP BY least(place, $most + 1), 1
ORDER BY least(min(place), $most + 1)
