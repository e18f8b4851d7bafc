"""Reservation signals: what hosts said about the use of their content, as kept from the time of collection."""

from __future__ import annotations
