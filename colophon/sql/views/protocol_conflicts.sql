-- name: protocol_conflicts
-- purpose: documents about which two protocols say opposite things: reserved by one, expressly allowed by the other
-- reading: A row says: for this document, one protocol reserves (first its line and the look it was read from) and
--   another allows (likewise). The policy lets the reservation win. Compare the purposes before calling it a
--   contradiction: a site may forbid crawling to one robot and still permit training.
-- grain: one row per document, reserving protocol and allowing protocol
-- needs: optout_audit
-- columns:
--   doc_id: document
--   source: name of the source
--   trains [authority]: whether the source trains the model
--   authority: host
--   url: address of the document
--   text_bytes: UTF-8 bytes
--   kept [authority]: whether no rule drops the document
--   reserving_protocol [authority]: protocol that reserves
--   reserving_purposes [authority]: what it reserves: crawl, train, or both
--   reserving_rule [authority]: its deciding line
--   reserving_observation_id: the look it was read from
--   reserving_observed_at [authority]: when that look was made
--   allowing_protocol [authority]: protocol that allows
--   allowing_purposes [authority]: what it allows: crawl, train, or both
--   allowing_rule [authority]: its deciding line
--   allowing_observation_id: the look it was read from
--   allowing_observed_at [authority]: when that look was made
--   effect [authority]: relied_on_art4, other_basis or basis_unknown
SELECT
    r.doc_id,
    r.source,
    r.trains,
    r.authority,
    r.url,
    r.text_bytes,
    r.kept,
    r.protocol AS reserving_protocol,
    r.purposes AS reserving_purposes,
    r.rule AS reserving_rule,
    r.observation_id AS reserving_observation_id,
    r.observed_at AS reserving_observed_at,
    a.protocol AS allowing_protocol,
    a.purposes AS allowing_purposes,
    a.rule AS allowing_rule,
    a.observation_id AS allowing_observation_id,
    a.observed_at AS allowing_observed_at,
    r.effect
FROM optout_audit AS r
JOIN optout_audit AS a ON a.doc_id = r.doc_id
WHERE r.state = 'reserved' AND a.state = 'allowed'
ORDER BY r.authority NULLS LAST, r.doc_id, r.protocol, a.protocol
