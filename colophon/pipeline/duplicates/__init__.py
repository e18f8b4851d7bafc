"""Duplicates: equal texts by content id, similar ones by banded sketches, every pair checked before it counts."""
