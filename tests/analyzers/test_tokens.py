from __future__ import annotations

from hashlib import sha256

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from colophon.analyzers import tokens as tokens_module
from colophon.analyzers.tokens import Tokens
from colophon.connectors.rows import rows_batch
from colophon.errors import ConfigurationError, InputUnreadableError


@pytest.fixture
def tokenizer_file(tmp_path):
    """Words are tokens; the file also asks for a special token, truncation and padding."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "[CLS]": 1, "one": 2}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    tokenizer.enable_truncation(3)
    tokenizer.enable_padding(length=10)
    path = tmp_path / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def count(analyzer, texts):
    size = len(texts)
    batch = rows_batch({"row": range(size), "path": ["f"] * size, "position": range(size), "text": texts})
    return analyzer.analyze(batch).column("tokens").to_pylist()


def test_without_a_tokenizer_nobody_knows_how_many_tokens_there_are():
    assert count(Tokens(), ["one two", ""]) == [None, None]


def test_special_tokens_truncation_and_padding_of_the_file_do_not_count(tokenizer_file):
    assert count(Tokens(tokenizer_file), ["one two three four five", "", "one"]) == [5, 0, 1]


def test_a_text_above_one_piece_is_counted_in_pieces_that_end_behind_a_line(tokenizer_file, monkeypatch):
    monkeypatch.setattr(tokens_module, "PIECE", 64)
    text = "one two three\n" * 100
    assert count(Tokens(tokenizer_file), [text, "one", text]) == [300, 1, 300]


def test_a_text_without_line_ends_is_counted_too(tokenizer_file, monkeypatch):
    monkeypatch.setattr(tokens_module, "PIECE", 8)
    assert count(Tokens(tokenizer_file), ["one two " * 50]) == [100]


def test_the_rule_carries_the_hash_of_the_tokenizer(tokenizer_file):
    assert Tokens(tokenizer_file).rule.model_sha256 == sha256(tokenizer_file.read_bytes()).hexdigest()
    assert Tokens().rule.model_sha256 is None


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputUnreadableError, match=r"nowhere\.json"):
        count(Tokens(tmp_path / "nowhere.json"), ["one"])


def test_a_file_that_is_no_tokenizer_is_an_error_of_the_configuration(tmp_path):
    path = tmp_path / "other.json"
    path.write_text('{"a": 1}')
    with pytest.raises(ConfigurationError, match=r"other\.json: no tokenizer definition"):
        count(Tokens(path), ["one"])
