"""Colophon makes and proves the record of what a model was trained on."""

__version__ = "0.1.0"
