"""The forms that are filled in from a record, by name."""

from __future__ import annotations

from types import ModuleType

from colophon.registry import Registry
from colophon.vocabulary import EU_PUBLIC_SUMMARY

#: Folders with a form each, in the order in which forms are asked and written: `fields.yaml` describes its fields,
#: `words.yaml` its words for codes and `lint.yaml` what its lint looks at; the last two may be left out.
FORMS: Registry[ModuleType] = Registry(
    "colophon.forms",
    {
        EU_PUBLIC_SUMMARY: "colophon.summary_templates.eu_public_summary",
        "copyright_policy": "colophon.summary_templates.copyright_policy",
        "model_documentation": "colophon.summary_templates.model_documentation",
    },
)
