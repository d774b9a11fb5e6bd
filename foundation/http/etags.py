"""Entity tags: `"<revision>.<hash of the body>"`, with `-gzip` for the compressed form.

The revision counts edits of the one row that an address shows, 0 where it shows none or many. The
hash tells apart what edits do not count: votes, names of others. A read compares the whole tag, a
write only the revision. Pure functions of text and bytes: docs/decisions/0012.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

ANY: Final = "*"
_GZIP: Final = "-gzip"
_HASH_LENGTH: Final = 22  # hexadecimal digits: 88 bits, and a tag that fits a line of a log

# RFC 9110, 8.8.3: an opaque tag holds no blanks, quotes or control characters.
_TAG: Final = r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"'
_ITEM: Final = re.compile(_TAG)
_LIST: Final = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")


@dataclass(frozen=True, slots=True)
class Tag:
    """One entity tag as a client sent it: what stands between its quotes."""

    opaque: str
    is_weak: bool = False

    @property
    def revision(self) -> str:
        """What stands before the first dot."""
        return self.opaque.partition(".")[0]


class MalformedTags(ValueError):
    """The header holds neither `*` nor a list of entity tags."""


def make(revision: int, body: bytes) -> str:
    """The strong tag of an uncompressed body."""
    return f'"{revision}.{hashlib.sha256(body).hexdigest()[:_HASH_LENGTH]}"'


def compressed(tag: str) -> str:
    """The tag of the same body, compressed."""
    return tag if tag.endswith(f'{_GZIP}"') else f'{tag[:-1]}{_GZIP}"'


def parse(header: str) -> Sequence[Tag] | None:
    """The tags in `If-Match` or `If-None-Match`; None for `*`, which means any.

    Raises:
        MalformedTags: the header is neither.
    """
    if header.strip() == ANY:
        return None
    if not _LIST.fullmatch(header):
        raise MalformedTags("Send * or entity tags in quotes, separated by commas.")
    return [Tag(opaque, is_weak=bool(weak)) for weak, opaque in _ITEM.findall(header)]


def is_known(header: str, tag: str) -> bool:
    """Whether `If-None-Match` names `tag`. Weak comparison: RFC 9110, 13.1.2.

    What cannot be read names nothing: then the client gets the whole answer.
    """
    try:
        tags = parse(header)
    except MalformedTags:
        return False
    return tags is None or any(f'"{known.opaque}"' == tag for known in tags)


def allows(tags: Sequence[Tag] | None, revision: int) -> bool:
    """Whether `If-Match` lets a write to this revision pass. A weak tag never does: 13.1.1."""
    return tags is None or any(
        not known.is_weak and known.revision == str(revision) for known in tags
    )
