from __future__ import annotations

import codecs

import pytest

from colophon.connectors.web.charset import DecodedText, decoded

GERMAN = "Grüße aus Köln, schöne Straße – äöü. " * 20
RUSSIAN = "Всеобщая декларация прав человека. " * 20


def read(content, declared=None, *, cut=False):
    return decoded(content, declared, may_be_cut=cut)


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xe2\x80", b"\xc0", b"\x80", b"\xf5"])
@pytest.mark.parametrize("text", [GERMAN, RUSSIAN, "Only letters of ASCII. " * 20], ids=["german", "russian", "ascii"])
def test_bytes_that_are_no_character_become_one_replacement_character(bad, text):
    content = text[:100].encode() + bad + b" " + text[100:].encode()
    assert read(content, "utf-8") == DecodedText(f"{text[:100]}\ufffd {text[100:]}", 1)


def test_half_of_a_surrogate_pair_is_one_place_of_three_bytes():
    assert read(GERMAN.encode() + b"\xed\xa0\x80", "utf-8") == DecodedText(GERMAN + 3 * "\ufffd", 1)


def test_a_replacement_character_in_the_page_itself_is_none_of_the_reader():
    assert read("a \ufffd b".encode(), "utf-8") == DecodedText("a \ufffd b", 0)


@pytest.mark.parametrize("text", [GERMAN, RUSSIAN])
def test_without_a_label_a_text_that_is_nearly_all_utf_8_is_utf_8(text):
    assert read(text.encode() + b"\xff.") == DecodedText(text + "\ufffd.", 1)


@pytest.mark.parametrize(
    "label", ["iso-8859-1", "ISO8859-1", "latin1", "us-ascii", "windows-1252", ' "l1" ', "x-cp1252"]
)
def test_labels_of_latin_1_mean_windows_1252(label):
    assert read(b"\x80 100 \x96 caf\xe9 \x81", label) == DecodedText("€ 100 – café \x81", 0)


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gb2312", "gb18030", "镕"),
        ("euc-kr", "cp949", "똠방각하"),
        ("ks_c_5601-1987", "cp949", "똠방각하"),
        ("shift_jis", "cp932", "①②Ⅲ"),
        ("big5", "big5hkscs", "嘅啲"),
        ("tis-620", "cp874", "ภาษา – ไทย"),
        ("iso-8859-9", "cp1254", "ığş – €"),
        ("koi8-r", "koi8-r", RUSSIAN),
    ],
)
def test_labels_mean_the_wider_encodings_of_the_web(label, codec, text):
    assert read(text.encode(codec), label) == DecodedText(text, 0)


@pytest.mark.parametrize(("mark", "codec"), [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
                                             (codecs.BOM_UTF16_BE, "utf-16-be")])  # fmt: skip
def test_a_byte_order_mark_counts_before_the_header(mark, codec):
    assert read(mark + GERMAN.encode(codec), "windows-1251") == DecodedText(GERMAN, 0)


META = b'<!-- <meta charset="koi8-r"> --><html><head><meta http-equiv="Content-Type" content="text/html; charset=%s">'


def test_the_header_counts_before_the_tag_of_the_page():
    page = META % b"windows-1251" + GERMAN.encode("cp1252")
    assert read(page, "windows-1252").text.endswith(GERMAN)


@pytest.mark.parametrize("declared", [None, "nonsense", "utf-8"])
def test_the_tag_of_the_page_counts_where_the_header_names_no_encoding_or_one_that_the_bytes_contradict(declared):
    page = META % b"windows-1251" + RUSSIAN.encode("cp1251")
    assert (read(page, declared).text[-len(RUSSIAN) :], read(page, declared).replaced) == (RUSSIAN, 0)


def test_a_tag_that_can_be_read_names_no_utf_16():
    assert read(META % b"utf-16" + GERMAN.encode()).text.endswith(GERMAN)


def test_an_xml_declaration_names_the_encoding():
    assert read(b'<?xml version="1.0" encoding="koi8-r"?><html>' + RUSSIAN.encode("koi8-r")).text.endswith(RUSSIAN)


def test_half_a_character_at_the_end_is_left_out_where_the_content_was_cut():
    content = GERMAN.encode() + b"\xc3"
    assert read(content, "utf-8", cut=True) == DecodedText(GERMAN, 0)
    assert read(content, "utf-8") == DecodedText(GERMAN + "\ufffd", 1)


@pytest.mark.parametrize("declared", ["utf-8", "windows-1252", None])
def test_what_is_no_text_is_none(declared):
    assert read(b"\xff\xd8\xff\xe0" + bytes(range(32)) * 40, declared) is None
