"""Live collection: looks at what hosts say today. The only place where this program asks hosts for anything."""

from __future__ import annotations
