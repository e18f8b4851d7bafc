"""Benchmarks: what `make bench` measures, against which rivals, and how the answers are checked first."""
