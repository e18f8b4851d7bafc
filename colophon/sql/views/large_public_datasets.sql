-- name: large_public_datasets
-- purpose: publicly available datasets that hold strictly more than 3 % of all public-dataset volume of any one modality
-- grain: one row per dataset and modality in which it is large
-- needs: public_dataset_shares
-- columns:
--   dataset: name of the dataset
--   modality: modality in which it is large
--   documents: kept training documents
--   volume: size in the unit of the modality
--   unit: bytes, items or seconds
--   total: volume of all public datasets of this modality
--   share: volume / total
SELECT dataset, modality, documents, volume, unit, total, share
FROM public_dataset_shares
WHERE large
ORDER BY modality, volume DESC, dataset
