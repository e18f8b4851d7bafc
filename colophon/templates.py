"""What is packaged below `summary_templates`: words and plans as YAML, pages as Jinja templates."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import jinja2
from ruamel.yaml import YAML

TEMPLATES = "summary_templates"

#: Where the layouts that all pages share are, as a path within the package.
LAYOUTS = f"{TEMPLATES}/layouts"


def template_file(*path: str) -> Traversable:
    """A packaged file or folder by its path below `summary_templates`."""
    return files("colophon").joinpath(TEMPLATES, *path)


def yaml_content(file: Traversable) -> Any:
    """What a YAML file holds."""
    return YAML(typ="safe", pure=True).load(file.read_text("utf-8"))


def html_page(template: str, *folders: str, **shown: object) -> str:
    """A page from its template, which lies in a folder of its own layouts or among those that all pages share.

    It loads nothing from elsewhere, and every text is escaped.
    """
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader([jinja2.PackageLoader("colophon", folder) for folder in (*folders, LAYOUTS)]),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(template).render(shown)
