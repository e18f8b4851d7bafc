-- name: documents_training
-- purpose: kept documents that train the model: no evaluation or validation data, nothing used for retrieval only, and,
--   once training use was imported, only what a checkpoint used; until then kept documents are taken as used
-- grain: one row per document
-- needs: documents_kept training_sources training_use
-- columns:
--   doc_id: shard ordinal << 36 | row in the shard
--   shard_id: shard the document was read from
--   source_id: source of the document
--   stage: training stage
--   path: file, relative to the corpus file
--   position: row in the file; byte offset in files cut by bytes
--   native_id: id the source gives; a keyed hash for user, crowd and private sources
--   content_id: SHA-256 of the UTF-8 text, keyed for user, crowd and private sources
--   url: address without userinfo and fragment; only the authority where it holds personal data
--   authority: host, with port where not the scheme's own
--   registered_domain: domain under the ICANN part of the Public Suffix List
--   site_domain: domain under the whole list, private suffixes included
--   fetched_at: when it was fetched
--   http_status: status of the response
--   language: ISO 639 code, `und` where not determined
--   language_score: confidence, to 1/1000
--   script: ISO 15924 code of the most frequent script
--   text_bytes: UTF-8 bytes
--   tokens [authority]: tokens, where a tokenizer was given
--   license_observed: license the row or page claims, as SPDX where it could be read
--   license_effective: license taken to apply: content, else collection, else observed
--   license_scope: whether the effective license speaks of the collection or the content
--   grantor: who granted the license
--   license_evidence: where the license was seen
--   pii_count: personal data found, all types
--   modality: text, image, audio, video or other
--   media_items: media items
--   media_seconds: length of audio and video
--   page_carriers: parts of the response looked through for reservations of the page itself
--   fetched_on: day of the fetch, where the input states no time of day
--   read_losses: what of the document was lost in reading; null if nothing
--   source: name of the source
--   dataset: dataset the source belongs to
--   acquisition: how the source was acquired
SELECT kept.*, sources.source, sources.dataset, sources.acquisition
FROM documents_kept AS kept
JOIN training_sources AS sources USING (source_id)
WHERE
    NOT EXISTS (SELECT 1 FROM training_use)
    OR kept.source_id IN (SELECT source_id FROM training_use WHERE shard_id IS NULL AND doc_id IS NULL)
    OR kept.shard_id IN (SELECT shard_id FROM training_use WHERE shard_id IS NOT NULL)
    OR kept.doc_id IN (SELECT doc_id FROM training_use WHERE doc_id IS NOT NULL)
