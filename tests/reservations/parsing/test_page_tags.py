from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from resiliparse.parse.html import HTMLTree

from colophon.reservations.page_evidence import PagePartKind
from colophon.reservations.parsing.page_tags import head_is_read, rights_tags
from tests.hanging import without_hanging

NOAI = b'<meta name="robots" content="noai">'


def contents(page: bytes) -> list[bytes]:
    return [part.content for part in rights_tags(page)]


@pytest.mark.parametrize(
    "tag",
    [
        NOAI,
        b"<META NAME=Robots CONTENT='NoImageAI'/>",
        b'<meta\n\tcontent = "noindex, noai"\n name\n=\n"robots">',
        b'<meta name=GPTBot content="noindex,noai">',
        b'<meta name="GPTBot" content="noai; max-snippet:20">',
        b'<meta name="tdm-reservation" content="1">',
        b'<meta name="TDM-Policy" content="https://e.example/p>q.json">',
        b'<link rel="license" type="application/rsl+xml" href="/l.xml">',
        b'<link type="application/rsl&#43;xml" rel="alternate License" href="/l.xml">',
        b'<script type="application/rsl+xml"><rsl xmlns="https://rslstandard.org/rsl"></rsl></script>',
        b'<meta data-x="<" name="robots" content="noai">',
    ],
)
def test_a_tag_that_may_speak_is_kept_as_written_with_its_place(tag):
    page = b"<!DOCTYPE html><html><head><title>T</title>" + tag + b"</head><body>text</body></html>"
    (part,) = rights_tags(page)
    assert (part.carrier, part.content, page[part.offset :].startswith(tag)) == (PagePartKind.MARKUP, tag, True)
    assert part.name == tag[1:].split(b" ")[0].split(b"\n")[0].decode().lower()


@pytest.mark.parametrize(
    "markup",
    [
        b"<!-- %s -->" % NOAI,
        b"<!-- a > b %s --!>" % NOAI,
        b"<script>document.write('%s')</script>" % NOAI,
        b"<style>/* %s */</style>" % NOAI,
        b"<title>%s</title>" % NOAI,
        b"<textarea>%s</TEXTAREA >" % NOAI,
        b"<link title='%s'>" % NOAI,
        b"<?php %s" % NOAI.replace(b">", b""),
        b"</head>%s" % NOAI,
        b"<body class=x>%s" % NOAI,
        b'<meta name="description" content="how noai works">',
        b'<meta name="keywords" content="digital art, noai">',
        b'<meta name="robots" content="noindex"><p title="noai">',
        b'<meta property="robots" content="noai">',
        b'<meta name="robots" content="xnoai">',
        b'<link rel="stylesheet" type="application/rsl+xml">',
        b'<script type="application/rsl">x</script>',
        b'<meta name="robots" content="noai>',
        b"<meta name=robots content=noai",
        b"<!-- %s" % NOAI,
        b"<metadata name=robots content=noai>",
    ],
)
def test_what_is_no_such_tag_is_not_kept(markup):
    assert contents(b"<html><head>" + markup) == []


LICENSE = b'<script type="application/rsl+xml"><rsl xmlns="https://rslstandard.org/rsl"></rsl></script>'
POINTER = b'<link rel="license" type="application/rsl+xml" href="/l.xml">'


@pytest.mark.parametrize("before", [b"<html><head></head>", b"<html><body>", b"<head><style>a</style></head><body><p>"])
@pytest.mark.parametrize(("tag", "name"), [(LICENSE, "body/script"), (POINTER, "body/link")])
def test_a_license_in_the_body_is_kept_and_marked(before, tag, name):
    page = before + NOAI + b"<article>" + tag + b"<!-- " + POINTER + b" --></article>"
    (part,) = rights_tags(page)
    assert (part.name, part.content, part.offset) == (name, tag, page.index(tag))


def test_a_page_with_a_longer_head_than_is_read_is_not_looked_through():
    head = b"<html><head><style>" + b"x" * 2**20 + b"</style>"
    assert not head_is_read(head + NOAI + b"</head>")
    assert head_is_read(b"<html><HEAD></HEAD><body>" + b"x" * 2**20)
    assert head_is_read(b"<html><BODY x>" + b"x" * 2**20)
    assert head_is_read(b"<style>" + b"x" * 1_000)


@pytest.mark.parametrize(
    "before", [b"<!-->", b"<!--->", b"<!---->", b"<!x>", b"</ x>", b"<?x?>", b"a < b </> ", b"<p a='\"'>"]
)
def test_what_comes_before_a_tag_does_not_hide_it(before):
    assert contents(before + NOAI) == [NOAI]


@pytest.mark.parametrize(
    ("script", "is_ended"),
    [
        (b"<script><!--<script></script>", False),
        (b"<script><!--<SCRIPT ></script/></script>", True),
        (b"<script><!--<script>--></script>", True),
        (b"<script><!--><script></script>", True),
        (b"<script><!--<scripts></script>", True),
        (b"<script><!--</script>", True),
        (b"<script><script></script>", True),
        (b"<script><!--<script><!--></script>", True),
        (b"<script></script a='>'>", True),
        (b"<script><!--<script></script>--><script></script>", True),
    ],
)
def test_a_script_in_a_comment_of_a_script_is_no_end_of_it(script, is_ended):
    assert contents(script + NOAI) == [NOAI] * is_ended


def test_all_behind_plaintext_is_text():
    assert contents(b"<plaintext></plaintext>" + NOAI) == []


def test_what_stands_in_a_template_is_no_part_of_the_page():
    assert contents(b"<template>" + NOAI + b"<template></template>" + NOAI) == []
    assert contents(b"</template><template></template>" + NOAI) == [NOAI]


def test_several_tags_come_in_their_order():
    other = b'<meta name="tdm-reservation" content="0">'
    first, second = rights_tags(b"<head>" + other + b"<meta charset=utf-8>" + NOAI)
    assert (first.content, second.content) == (other, NOAI)
    assert first.offset < second.offset


@pytest.mark.parametrize(("mark", "encoding"), [(codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")])
def test_wide_pages_give_their_tags_in_utf_8_with_their_place_in_the_file(mark, encoding):
    for page in (mark + ("<title>ö 😀</title>" + NOAI.decode()).encode(encoding), NOAI.decode().encode(encoding)):
        (part,) = rights_tags(page)
        assert part.content == NOAI
        assert page[part.offset :] == NOAI.decode().encode(encoding)


def test_a_script_without_end_and_a_tag_beyond_measure_are_not_kept():
    assert contents(b'<script type="application/rsl+xml"><rsl>') == []
    assert contents(b'<meta name="robots" content="noai" x="' + b"x" * 300_000 + b'">') == []


def test_a_tag_with_attributes_beyond_measure_is_not_kept():
    many = b" ".join(b"a%d" % number for number in range(1_000))
    assert contents(NOAI[:-1] + b" " + many + b">" + NOAI) == [NOAI]


PIECES = st.sampled_from([
    NOAI,
    b"<meta name=robots content=noai>",
    b"<META content='noai' name='robots' name='x'>",
    b"<meta name=x name=robots content=noai>",
    b"<meta a=b/name=robots content=noai />",
    b"<!--",
    b"-->",
    b"--!>",
    b"<!-->",
    b"<script>",
    b"<script/",
    b"</script>",
    b"<!--<script>",
    b"<style>",
    b"<textarea>",
    b"</TEXTAREA a='>'>",
    b"<xmp>",
    b"</xmp>",
    b"<noembed>",
    b"<iframe>",
    b"</iframe/>",
    b"<noscript>",
    b"<template>",
    b"</template>",
    b"<![CDATA[",
    b"]]>",
    b"<plaintext>",
    b"</style >",
    b"</styles>",
    b"<title>",
    b"</title>",
    b"<link title='",
    b"'>",
    b'<base href="',
    b'">',
    b"<base href =",
    b"=",
    b" ",
    b">",
    b"/",
    b"<",
    b"</",
    b"<?",
    b"a",
    b"\n",
])  # fmt: skip


@given(st.lists(PIECES, max_size=12).map(b"".join))
@settings(max_examples=500)
def test_the_tags_are_those_that_a_browser_finds(page):
    document = HTMLTree.parse(page.decode()).document
    found = [(e.getattr("name"), e.getattr("content")) for e in document.query_selector_all("meta")]
    assert len(contents(page)) == found.count(("robots", "noai")) + found.count(("x", "noai"))


@given(st.binary(max_size=300).map(lambda octets: b"noai" + octets))
def test_any_octets_give_parts_that_stand_in_the_page(page):
    for part in rights_tags(page):
        assert page[part.offset : part.offset + len(part.content)] == part.content


@pytest.mark.parametrize(
    "unit",
    [b"<", b"<!--", b"<meta name=robots content=noai ", b"<script>", b"<a ", b"<a =", b"<a b='", b"noai,", b"</",
     b"<a\n", b"<meta name=x content='noai a'>", NOAI],
)  # fmt: skip
def test_hostile_pages_take_no_time(unit):
    page = b"noai" + unit * (2**21 // len(unit))
    with without_hanging():
        assert len(rights_tags(page)) <= 1_000
