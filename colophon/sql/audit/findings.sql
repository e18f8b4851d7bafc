-- name: findings
-- purpose: how many documents each list of special cases names, of sources that train the model
-- reading: A row says: so many documents, of so many hosts, are in this list; the list itself is the view of that name.
--   A document may be in several lists. The last three lists are no matter of documents in a state: they count
--   documents that came back, documents that were used although a rule drops them, and pages that gave no document.
-- grain: one row per list
-- needs: protocol_conflicts license_conflicts reserved_kept reserved_copies returned_documents
--   used_against_record documents rejected_signals
-- columns:
--   view_name: view that lists them
--   documents [authority]: documents, each once; of rejected_signals, pages
--   documents_kept [authority]: of these, documents no rule drops
--   hosts [authority]: hosts they are from
--   text_bytes: their UTF-8 bytes
WITH listed AS (
    SELECT 1 AS place, doc_id, authority, text_bytes, kept
    FROM protocol_conflicts
    WHERE trains
    UNION
    SELECT 2, doc_id, authority, text_bytes, kept
    FROM license_conflicts
    WHERE trains
    UNION
    SELECT 3, doc_id, authority, text_bytes, true
    FROM reserved_kept
    WHERE trains
    UNION
    SELECT 4, doc_id, authority, text_bytes, true
    FROM reserved_copies
    WHERE trains
    UNION
    SELECT 5, doc_id, authority, text_bytes, true
    FROM returned_documents
    WHERE trains
    UNION
    SELECT 6, u.doc_id, d.authority, d.text_bytes, false
    FROM used_against_record AS u
    JOIN documents AS d ON d.doc_id = u.doc_id
    WHERE u.against = 'dropped'
),
names (place, view_name) AS (
    VALUES
        (1, 'protocol_conflicts'),
        (2, 'license_conflicts'),
        (3, 'reserved_kept'),
        (4, 'reserved_copies'),
        (5, 'returned_documents'),
        (6, 'used_against_record')
),
counted AS (
    SELECT
        n.place,
        n.view_name,
        count(l.doc_id) AS documents,
        count(l.doc_id) FILTER (l.kept) AS documents_kept,
        count(DISTINCT l.authority) AS hosts,
        coalesce(sum(l.text_bytes), 0)::BIGINT AS text_bytes
    FROM names AS n
    LEFT JOIN listed AS l USING (place)
    GROUP BY n.place, n.view_name
    UNION ALL
    SELECT 7, 'rejected_signals', count(DISTINCT coalesce(requested_url, observation_id)), 0, count(DISTINCT authority), 0
    FROM rejected_signals
)
SELECT view_name, documents, documents_kept, hosts, text_bytes
FROM counted
ORDER BY place
