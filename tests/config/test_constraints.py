from __future__ import annotations

import pytest

from colophon.config.constraints import crawler_token
from colophon.config.problems import UnfitError


@pytest.mark.parametrize(
    "token", ["CCBot", "Google-Extended", "AI2Bot", "bigsur.ai", "ChatGPT Agent", "Brightbot 1.0", "CCBot/2.0"]
)
def test_the_name_of_a_crawler_is_kept_as_written(token):
    assert crawler_token(token) == token


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Mozilla/5.0 (compatible; Foo/1.0; +https://foo.example/bot)", "`Foo`"),
        ("Mozilla/5.0 (compatible; FooBot; +https://foo.example/bot)", "`FooBot`"),
        ("CCBot/2.0 (https://commoncrawl.org/faq/)", "`CCBot`"),
        (
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
            "`GPTBot`",
        ),
        (
            "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (KHTML, like Gecko) (compatible; B-spider)",
            "`B-spider`",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64)", "such as `CCBot`"),
        ("https://foo.example/bot", "such as `CCBot`"),
    ],
)
def test_the_whole_header_of_a_request_is_refused_with_the_name_to_write(header, token):
    with pytest.raises(UnfitError) as raised:
        crawler_token(header)
    assert raised.value.expected == f"expected the product token, {token}"
