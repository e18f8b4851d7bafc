"""Hosts with a robots.txt and addresses on them, made up in the mix in which the web has them; the same every time.

Of the files, 12 % disallow nothing, 28 % are those of a blog system, 8 % of another content system, 20 % list a few
folders, 8 % are those of shops, with wildcards, 6 % are long, 14 % shut out AI agents, and 4 % everyone. Of the
addresses, 15 % have a query, 5 % percent-encoded words, and 6 % lie in a folder that the host names.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

#: The agent whose fetches are judged.
AGENT = "CCBot"
URLS_PER_HOST = 20

_WORDS = (
    "news", "sport", "archive", "about", "blog", "article", "gallery", "images", "product", "category", "tag",
    "author", "page", "review", "help", "forum", "topic", "user", "event", "team", "city", "map", "recipe", "guide",
    "video", "market", "travel", "health", "science", "culture", "opinion", "world", "local", "download", "service",
    "contact", "press", "jobs", "history", "music", "film", "book", "garden", "school", "weather", "index.html",
    "story.php",
)  # fmt: skip
_WORDS_BEYOND_ASCII = ("über-uns", "новости", "検索", "café", "straße")
_AI_AGENTS = ("GPTBot", "CCBot", "Google-Extended", "ClaudeBot", "Bytespider", "Applebot-Extended", "Amazonbot")
_BLOG = ("/wp-admin/", "/wp-login.php", "/trackback/", "/*/feed/", "/*?s=", "/xmlrpc.php", "/cgi-bin/")
_CONTENT_SYSTEM = (
    "/core/", "/profiles/", "/README.md", "/composer/Metapackage/README.txt", "/web.config", "/admin/",
    "/comment/reply/", "/filter/tips", "/node/add/", "/search/", "/user/register", "/user/password", "/user/login",
    "/user/logout", "/media/oembed", "/*/media/oembed", "/index.php/admin/", "/index.php/comment/reply/",
    "/index.php/search/", "/index.php/user/login",
)  # fmt: skip
_SHOP = ("/cart", "/checkout", "/account", "/*?*sort=", "/*?*variant=", "/*/collections/*+*", "/*.pdf$", "/search")
_KINDS = ("open", "blog", "content_system", "folders", "shop", "long", "no_ai", "closed")
_WEIGHTS = (12, 28, 8, 20, 8, 6, 14, 4)


@dataclass(frozen=True, slots=True)
class Host:
    """A host's file, and paths with queries on it."""

    name: str
    robots: bytes
    paths: tuple[str, ...]

    @property
    def urls(self) -> list[str]:
        """The paths as whole addresses."""
        return [f"https://{self.name}{path}" for path in self.paths]


def hosts(number: int) -> Iterator[Host]:
    """So many hosts."""
    chance = random.Random(9309)
    for place in range(number):
        folders = [f"/{_name(chance)}/" for _ in range(chance.randint(3, 40))]
        kind = chance.choices(_KINDS, _WEIGHTS)[0]
        paths = tuple(_path(chance, folders) for _ in range(URLS_PER_HOST))
        yield Host(f"host{place}.example", _robots(kind, folders, chance), paths)


def _robots(kind: str, folders: list[str], chance: random.Random) -> bytes:
    match kind:
        case "open":
            rules = ["User-agent: *", "Disallow:"]
        case "blog":
            rules = ["User-agent: *", *_disallow(chance.sample(_BLOG, chance.randint(1, len(_BLOG))))]
            rules += ["Allow: /wp-admin/admin-ajax.php"]
        case "content_system":
            rules = ["User-agent: *", "Allow: /core/*.css$", "Allow: /core/*.js?", *_disallow(_CONTENT_SYSTEM)]
        case "folders":
            rules = ["User-agent: *", "Crawl-delay: 10", *_disallow(folders)]
        case "shop":
            rules = ["User-agent: *", *_disallow(_SHOP), *_disallow(folders)]
        case "long":
            more = [f"/{_name(chance)}/{_name(chance)}" for _ in range(chance.randint(60, 400))]
            rules = ["User-agent: *", *_disallow(folders), *_disallow(more), f"Allow: {folders[0]}{_name(chance)}"]
        case "no_ai":
            named = [line for agent in _AI_AGENTS for line in (f"User-agent: {agent}", "Disallow: /", "")]
            rules = [*named, "User-agent: *", *_disallow(folders)]
        case _:
            rules = ["User-agent: *", "Disallow: /"]
    return "\n".join([*rules, "", "Sitemap: https://host.example/sitemap.xml", ""]).encode()


def _disallow(paths: Iterator[str] | list[str] | tuple[str, ...]) -> list[str]:
    return [f"Disallow: {path}" for path in paths]


def _path(chance: random.Random, folders: list[str]) -> str:
    drawn = chance.random()
    start = chance.choice(folders) if drawn < 0.06 else "/"  # noqa: PLR2004
    names = [_name(chance) for _ in range(chance.randint(1, 4))]
    if chance.random() < 0.05:  # noqa: PLR2004
        names.append(quote(chance.choice(_WORDS_BEYOND_ASCII)))
    query = f"?id={chance.randrange(10_000)}&{chance.choice(('p', 's', 'sort', 'page'))}={chance.choice(_WORDS)}"
    return start + "/".join(names) + (query if chance.random() < 0.15 else "")  # noqa: PLR2004


def _name(chance: random.Random) -> str:
    word = chance.choice(_WORDS)
    return f"{word}-{chance.randrange(1_000)}" if chance.random() < 0.6 else word  # noqa: PLR2004
