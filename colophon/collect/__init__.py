"""Collection of the policy files that hosts serve today: the only place where this program asks hosts for anything."""

from __future__ import annotations
