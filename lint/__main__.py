"""`python -m lint` prints what breaks a rule and ends with 1 where something does."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from lint.source import Checkout


def main() -> int:
    """Apply every rule to the checkout that this folder lies in."""
    logging.disable(logging.WARNING)  # libraries warn while they are imported
    from lint import package, rules

    checkout = Checkout(Path(__file__).resolve().parents[1])
    applied = (*rules.RULES, *package.RULES)
    broken = [f"{problem} ({rule.__name__})" for rule in applied for problem in rule(checkout)]
    print(*broken, *([] if broken else [f"All {len(applied)} house rules hold."]), sep="\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
