"""Rules of this project that no linter knows; `make lint` runs them after the linters."""
