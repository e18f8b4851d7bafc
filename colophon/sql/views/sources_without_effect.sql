-- name: sources_without_effect
-- purpose: sources whose claimed basis is one that a reservation under Article 4(3) of Directive (EU) 2019/790 does not
--   touch
-- reading: A row says: the corpus file claims for this source that its use needs no exception under Article 4. Whether the
--   claim is right is not for the record to say. A license or contract is no matter of this list: it overrides a
--   reservation where its grantor and evidence are named (granted_sources), and is nothing but a claim where not.
-- grain: one row per source
-- needs: sources
-- columns:
--   source_id: number of the source
--   legal_basis: tdm_art3, public_domain, official_work, own_content or other_exception
SELECT source_id, legal_basis
FROM sources
WHERE legal_basis IN ('tdm_art3', 'public_domain', 'official_work', 'own_content', 'other_exception')
