"""Bytes to text, without moving a line.

Learners paste from Word, PowerShell and web pages, so a README arrives as UTF-8, UTF-16 or
Windows-1252, and sometimes as UTF-8 that was once read as Windows-1252 and saved again
("mojibake"). All of it is mended here; later stages see clean text whose line `n` is still
line `n` of what was sent.
"""

import codecs
import re

from .form import VERBATIM_MARK
from .records import UnreadableDocument

MAX_BYTES = 1_000_000
MAX_LINES = 50_000  # twice what a text of `MAX_BYTES` usually has
_BINARY_SHARE = 0.05  # of characters that no text file holds

_UTF16_SAMPLE = 400  # bytes looked at to recognise UTF-16 that has no byte order mark
_STRANGE = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")  # controls, and what was lost
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(source: bytes | str) -> str:
    """Return clean text whose lines end in a newline and match the lines of the source.

    Raises:
        UnreadableDocument: it is empty, no text, or has over `MAX_BYTES` or `MAX_LINES`.
    """
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "replace"))
    if size > MAX_BYTES:
        raise UnreadableDocument(
            "too_large", f"The document has {size:,} bytes; at most {MAX_BYTES:,} can be read."
        )
    text = source if isinstance(source, str) else _from_bytes(source)
    text = _SURROGATES.sub("\ufffd", text.removeprefix("\ufeff"))
    is_verbatim = text.startswith(VERBATIM_MARK)
    _refuse_what_is_no_text(text, strange_share=1 if is_verbatim else _BINARY_SHARE)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text.count("\n") >= MAX_LINES:
        raise UnreadableDocument(
            "too_large", f"The document has more than {MAX_LINES:,} lines; split it."
        )
    return text if is_verbatim else mend_mojibake(text)


def stays_as_it_is(text: str) -> bool:
    """Say whether reading changes nothing in a text and finds nothing strange in it."""
    return not _STRANGE.search(text) and mend_mojibake(text) == text


def _from_bytes(source: bytes) -> str:
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if source.startswith(mark):
            return source.decode(encoding, "replace")
    try:
        return source.decode(_unmarked_utf16(source) or "utf-8")
    except UnicodeDecodeError:
        # Some lines may still be UTF-8 (two files pasted together), so each line has its say.
        return "\n".join(_line_from_bytes(line) for line in source.split(b"\n"))


def _unmarked_utf16(source: bytes) -> str | None:
    """Recognise UTF-16 of mostly Latin text by its pattern of empty bytes."""
    sample = source[:_UTF16_SAMPLE]
    evens, odds = sample[::2].count(0), sample[1::2].count(0)
    most = len(sample) * 0.4
    if odds > most and not evens:
        return "utf-16-le"
    return "utf-16-be" if evens > most and not odds else None


def _line_from_bytes(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(_CHARACTER_OF_BYTE[byte] for byte in line)


def _refuse_what_is_no_text(text: str, *, strange_share: float) -> None:
    if not text.strip("\x00 \t\r\n\ufeff"):
        raise UnreadableDocument("empty", "The document is empty.")
    strange = len(_STRANGE.findall(text))
    if "\x00" in text or strange > len(text) * strange_share:
        raise UnreadableDocument(
            "binary", "The document is not a text file: send the README as UTF-8 text."
        )


def _character_of(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:  # five bytes that Windows leaves undefined and browsers pass through
        return chr(byte)


_CHARACTER_OF_BYTE = [_character_of(byte) for byte in range(256)]
_BYTE_OF_CHARACTER = {character: byte for byte, character in enumerate(_CHARACTER_OF_BYTE)}


def _characters(first: int, last: int) -> str:
    return "[" + re.escape("".join(_CHARACTER_OF_BYTE[first : last + 1])) + "]"


_NEXT = _characters(0x80, 0xBF)
# Two-byte sequences only where they give Latin letters and signs: the others are likelier to be
# meant, as in "Stra\u00dfe\u00a0\u2122". Three and four bytes in a row are never an accident.
_MOJIBAKE = re.compile(
    f"{_characters(0xC2, 0xC5)}{_NEXT}"
    f"|{_characters(0xE1, 0xEF)}{_NEXT}{{2}}"
    f"|{_characters(0xF0, 0xF4)}{_NEXT}{{3}}"
)
# Editors drop the undefined bytes 0x81, 0x8D, 0x8F, 0x90 and 0x9D and turn the no-break space
# 0xA0 into a space, which leaves stumps of quotes, emoji and their variation selectors.
_LOST_QUOTE = re.compile("\u00e2\u20ac(?![\u0080-\u00bf])")
_LOST_EMOJI = re.compile(
    f"\u00f0\u0178{_NEXT}{{0,2}}|\u00ef\u00b8|\u00e2(?=[\u0161\u0153\u017e\u203a]){_NEXT}"
)
_STUMPS = ("\u00e2\u20ac", "\u00f0\u0178", "\u00ef\u00b8", "\u00e2\u0161", "\u00e2\u0153")


def mend_mojibake(text: str) -> str:
    """Return the text with UTF-8 that was read as Windows-1252 turned back, run by run.

    Text that was never damaged stays as it is, also beside damaged text and when only parts
    of a sequence survived.
    """
    for _ in range(2):  # some files were saved wrongly twice
        mended = _MOJIBAKE.sub(_as_utf8, text)
        if mended == text:
            break
        text = mended
    if any(stump in text for stump in _STUMPS):
        text = _LOST_EMOJI.sub("", _LOST_QUOTE.sub("\u201d", text))
    return text


def _as_utf8(match: re.Match[str]) -> str:
    try:
        return bytes(_BYTE_OF_CHARACTER[c] for c in match[0]).decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
