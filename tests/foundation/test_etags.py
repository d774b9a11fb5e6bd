"""Entity tags as text: what is made, what is read, what matches."""

import pytest

from foundation.http import etags
from foundation.http.etags import Tag


def test_a_tag_begins_with_the_revision_and_goes_on_with_the_bodys_hash():
    tag = etags.make(3, b"body")

    assert tag.startswith('"3.')
    assert tag.endswith('"')
    assert tag != etags.make(3, b"other body")
    assert tag == etags.make(3, b"body")


def test_the_compressed_form_says_so_inside_the_quotes_and_once():
    assert etags.compressed('"3.ab12"') == '"3.ab12-gzip"'
    assert etags.compressed('"3.ab12-gzip"') == '"3.ab12-gzip"'


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("*", None),
        (" * ", None),
        ('"3.ab"', [Tag("3.ab")]),
        ('W/"3.ab"', [Tag("3.ab", is_weak=True)]),
        ('"a", W/"b","c"', [Tag("a"), Tag("b", is_weak=True), Tag("c")]),
        ('"a,b"', [Tag("a,b")]),
        ('""', [Tag("")]),
        (', "a" ,, "b",', [Tag("a"), Tag("b")]),
    ],
)
def test_a_header_holds_any_or_a_list(header, tags):
    assert etags.parse(header) == tags


@pytest.mark.parametrize(
    "header", ["", "3.ab", '"a', 'a"', '"a" "b"', '"a b"', '*, "a"', 'w/"a"', '"a"b', "**", "'a'"]
)
def test_what_is_neither_is_malformed(header):
    with pytest.raises(etags.MalformedTags):
        etags.parse(header)


def test_a_long_malformed_header_is_refused_at_once():
    with pytest.raises(etags.MalformedTags):
        etags.parse('"a",' * 10_000 + ", " * 10_000 + "!")


@pytest.mark.parametrize(
    ("header", "known"),
    [
        ('"3.ab"', True),
        ('W/"3.ab"', True),
        ('"x", "3.ab"', True),
        ("*", True),
        ('"3.ac"', False),
        ('"3.ab-gzip"', False),
        ("3.ab", False),
    ],
)
def test_a_read_compares_the_whole_tag_weakly(header, known):
    assert etags.is_known(header, '"3.ab"') is known


@pytest.mark.parametrize(
    ("header", "allowed"),
    [
        ('"3.ab"', True),
        ('"3.other-gzip"', True),
        ('"3"', True),
        ('"2.ab", "3.cd"', True),
        ("*", True),
        ('W/"3.ab"', False),
        ('"2.ab"', False),
        ('"33.ab"', False),
        ('"03.ab"', False),
        ('""', False),
    ],
)
def test_a_write_compares_the_revision_strongly(header, allowed):
    assert etags.allows(etags.parse(header), 3) is allowed
