-- name: reserved_copies
-- purpose: kept texts whose copy stands on a host that reserves its rights, with both places
-- reading: A row says: the text of the first document is kept, and the same (exact) or a similar (near) text was also
--   collected from the second place, where it is reserved. Nothing here says who holds the rights: the same words may
--   be a licensed reprint, a quotation, or a copy nobody permitted. Under copies exact or near a policy drops the
--   first document too.
-- grain: one row per kept document and reserved copy
-- needs: duplicate_sources optout_documents
-- columns:
--   doc_id: the document that is kept
--   source [authority]: its source
--   trains [authority]: whether that source trains the model
--   authority: its host
--   url: its address
--   text_bytes: its UTF-8 bytes
--   state: its own state
--   effect [authority]: relied_on_art4, other_basis or basis_unknown
--   copy_id: the copy that is reserved
--   copy_source [authority]: its source
--   copy_authority [authority]: its host
--   copy_url: its address
--   copy_protocol [authority]: protocol that reserves it
--   kind: exact (same text) or near (similar text)
--   similarity: Jaccard similarity of the two texts
SELECT
    k.doc_id,
    k.source,
    k.trains,
    k.authority,
    u.other_url AS url,
    k.text_bytes,
    k.state,
    k.effect,
    u.doc_id AS copy_id,
    u.source AS copy_source,
    u.authority AS copy_authority,
    u.url AS copy_url,
    c.protocol AS copy_protocol,
    u.kind,
    u.similarity
FROM duplicate_sources AS u
JOIN optout_documents AS k ON k.doc_id = u.other_id
JOIN optout_documents AS c ON c.doc_id = u.doc_id
WHERE k.kept AND c.state = 'reserved'
ORDER BY k.authority NULLS LAST, k.doc_id, u.doc_id
