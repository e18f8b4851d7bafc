"""Fuzzing of the parsers that read what strangers wrote."""
