"""The rules of the lint: what each finds, how that is mended, and which fields of which form it looks at."""

from __future__ import annotations

from colophon.forms.form import Form, load_forms
from colophon.forms.lint.check import RULES
from colophon.forms.lint.findings import LintRule, load_lint_map
from docs.generators.tables import code, table_lines


def lint_rules_part() -> str:
    """One table of all rules."""
    forms = load_forms()
    rows = ((code(rule.name), rule.finds, rule.mend, _fields(rule, forms)) for rule in RULES)
    return "\n".join(table_lines(("rule", "finds", "how to mend it", "looks at"), rows))


def _fields(rule: LintRule, forms: tuple[Form, ...]) -> str:
    looked_at = []
    for form in forms:
        named = load_lint_map(form).rules.get(rule.name, ())
        if named:
            ids = "every answered field" if isinstance(named, str) else ", ".join(code(id_) for id_ in named)
            looked_at.append(f"{form.title}: {ids}")
    return "; ".join(looked_at)
