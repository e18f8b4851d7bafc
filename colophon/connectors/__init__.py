"""One module per way data arrives. A new connector is one new file and one line in `CONNECTORS`."""

from __future__ import annotations
