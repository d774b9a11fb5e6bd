"""What an import would do and what its review says, without saving anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from accounts.models import User
from foundation.errors import Invalid, TooLarge
from learnings.importing import runs
from learnings.importing.parsing import Reading, UnreadableDocument, read
from learnings.importing.planning import Source, plan


class DocumentBinary(Invalid):
    """A file that is no text."""

    code = "binary"


class TooManyRecords(TooLarge):
    """A README with more records than one import takes."""

    code = "too_many_records"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A README as an import would read it. `report` is what the import's report would be."""

    reading: Reading
    report: dict[str, Any]


def preview(*, author: User, document: str, content: bytes, at: datetime) -> Preview:
    """Read and review a README as an import of `author` would, and save nothing.

    Raises:
        DocumentEmpty: there is nothing in it.
        DocumentBinary: it is no text.
        DocumentTooLarge: it is over the limit.
        TooManyRecords: it holds more records than one import takes.
        RecordTooLong: a text is longer than an entry may be.
    """
    runs.require_readable_size(content)
    try:
        reading = read(content)
    except UnreadableDocument as error:
        raise _REFUSED.get(error.code, DocumentBinary)(str(error)) from error
    planned = plan(reading, author=author, source=Source(document=document))
    report = runs.report(planned, reading, content=content, author=author, at=at)
    return Preview(reading=reading, report=report)


_REFUSED: Final[dict[str, type[Invalid | TooLarge]]] = {
    "empty": runs.DocumentEmpty,
    "binary": DocumentBinary,
    "too_large": runs.DocumentTooLarge,
    "too_many_records": TooManyRecords,
}
