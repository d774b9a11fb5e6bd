import pytest

from learnings.importing.parsing import MAX_BYTES, UnreadableDocument
from learnings.importing.parsing.text import MAX_LINES, decode, mend_mojibake

GREETING = "# Café – “notes” 🚀\nsecond line\n"


def mojibake(text: str) -> str:
    """Damage text as an editor does that takes UTF-8 for Windows-1252."""
    return "".join(
        bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in text.encode("utf-8")
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_unicode_encoding_reads_the_same(encoding):
    assert decode(GREETING.encode(encoding)) == GREETING


def test_windows_1252_is_read_where_utf_8_fails():
    assert decode("Café – “notes”".encode("cp1252")) == "Café – “notes”"


def test_a_line_in_another_encoding_does_not_spoil_the_others():
    source = "naïve 🚀\n".encode() + "café\n".encode("cp1252")

    assert decode(source) == "naïve 🚀\ncafé\n"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_become_newlines_and_lines_keep_their_numbers(end):
    assert decode(f"one{end}{end}three{end}".encode()).split("\n") == ["one", "", "three", ""]


def test_mojibake_is_mended_in_full():
    assert mend_mojibake(mojibake(GREETING)) == GREETING


def test_mojibake_saved_twice_is_mended():
    assert mend_mojibake(mojibake(mojibake("it’s – fine"))) == "it’s – fine"


def test_damaged_and_healthy_text_may_stand_on_one_line():
    assert mend_mojibake("über – " + mojibake("naïve — “x”")) == "über – naïve — “x”"


@pytest.mark.parametrize("text", ["Straße", "Ünïcödé", "10 €", "À côté", "価格", "Â", "ß™", "â la"])
def test_healthy_text_stays_as_it_is(text):
    assert mend_mojibake(text) == text


def test_stumps_of_quotes_and_emoji_are_mended_or_removed():
    assert mend_mojibake("\u00e2\u20ac\u0153quoted\u00e2\u20ac") == "“quoted”"
    assert mend_mojibake("\u00f0\u0178\u0161 Title") == " Title"


@pytest.mark.parametrize("source", [b"", b"  \n\t\r\n", "", "\ufeff", b"\xef\xbb\xbf\n"])
def test_an_empty_document_is_refused(source):
    with pytest.raises(UnreadableDocument) as refusal:
        decode(source)
    assert refusal.value.code == "empty"


@pytest.mark.parametrize(
    "source", [b"text\x00text", b"\x89PNG\r\n\x1a\n\x01\x02\x03\x04", bytes(range(1, 32)) * 9]
)
def test_a_binary_file_is_refused(source):
    with pytest.raises(UnreadableDocument) as refusal:
        decode(source)
    assert refusal.value.code == "binary"


@pytest.mark.parametrize(
    "source", [b"a" * (MAX_BYTES + 1), "é" * MAX_BYTES, "\n" * MAX_LINES + "a"]
)
def test_a_document_that_is_too_large_is_refused(source):
    with pytest.raises(UnreadableDocument) as refusal:
        decode(source)
    assert refusal.value.code == "too_large"
    assert str(refusal.value).endswith((".", "read."))


def test_lone_surrogates_do_not_survive():
    assert decode("one character of many \ud800") == "one character of many \ufffd"
