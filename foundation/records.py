"""Records of what Redis keeps, as a process remembers them: what one says, never that it holds.

A record's text is the proof: who remembers one asks Redis for it at each request, and compares it
byte by byte. Equal texts have equal entity tags and so equal bodies, which need not be sent then.
Nothing here is answered from memory alone: docs/decisions/0017.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

MOST_RECORDS: Final = 2_000  # known to one process; about 10 MB
MOST_BYTES: Final = 4 * 1024 * 1024  # of bodies, beside them
LONGEST_BODY: Final = MOST_BYTES // 64  # or a few long ones would push out all others


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a copy or a pass, besides a copy's body: the text, and what it says."""

    text: bytes
    names: tuple[str, ...]  # where the versions are that it was made from
    versions: tuple[bytes, ...]
    facts: Mapping[str, Any]
    body: bytes | None = None  # of a copy, while this process has room for it

    @classmethod
    def read(cls, text: bytes) -> Record:
        """A record from its text."""
        names, versions, facts = json.loads(text)
        return cls(text, tuple(names), tuple(each.encode() for each in versions), facts)

    def may_hold(self, body: bytes | None) -> bool:
        """Whether a body may stay with it: a short one, that its tag tells apart from others."""
        return body is not None and len(body) <= LONGEST_BODY and bool(self.facts.get("tag"))

    @staticmethod
    def write(names: Sequence[str], versions: Sequence[str], facts: Mapping[str, Any]) -> str:
        """The text of a record."""
        return json.dumps([names, versions, facts])

    def stands(self, now: Sequence[bytes | None]) -> bool:
        """Whether everything that it was made from still is what it was."""
        return self.versions == tuple(now)


class Known:
    """What records said when this process last saw them, by where they are kept."""

    def __init__(self) -> None:
        self._records: OrderedDict[str, Record] = OrderedDict()  # the one learned first comes first
        self._bodies: OrderedDict[str, int] = OrderedDict()  # lengths, likewise
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, where: str) -> Record | None:
        """What was learned of a record; whether it still holds, only Redis knows."""
        return self._records.get(where)

    def learn(self, where: str, text: bytes | None, body: bytes | None = None) -> Record | None:
        """The record with this text, read only if it is another than before.

        `body` is the copy's, fetched in one step with the text.
        """
        known = self._records.get(where)
        if known is not None and known.text == text:
            if known.body is not None or not known.may_hold(body):
                return known
            record: Record | None = replace(known, body=body)
        elif text is None:
            record = None
        else:
            record = Record.read(text)
            if record.may_hold(body):
                record = replace(record, body=body)
        with self._lock:
            self._replace(where, record)
        return record

    def _replace(self, where: str, record: Record | None) -> None:
        self._records.pop(where, None)
        self._bytes -= self._bodies.pop(where, 0)
        if record is None:
            return
        self._records[where] = record
        if record.body is not None:
            self._bodies[where] = len(record.body)
            self._bytes += len(record.body)
        while len(self._records) > MOST_RECORDS:
            oldest = next(iter(self._records))
            self._replace(oldest, None)
        while self._bytes > MOST_BYTES:
            oldest, length = self._bodies.popitem(last=False)
            self._bytes -= length
            self._records[oldest] = replace(self._records[oldest], body=None)


known: Final = Known()
