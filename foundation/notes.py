"""What a request notes of itself for whoever passed it on, so that its answer can be given again.

The notes lie in META, where no header of a client can put anything, and which is the server's own
dictionary behind a WSGI server: so what a view notes is seen outside of Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from foundation.caching import Origin

_RECORDER: Final = "nexus.recorder"
_ANSWER: Final = "nexus.answer"
_ASKER: Final = "nexus.asker"
_STOPPED: Final = "nexus.stopped"
Meta = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asked, by a token that was found good."""

    person: int
    until: float  # when the token ends, in seconds since the epoch
    origin: Origin  # the reader's state that it was found good by


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that may be given again."""

    origin: Origin | None  # None where whole answers are not kept
    route: str
    recipe: Any = None  # a foundation.http.recipes.Recipe, if the answer can be made by one


def begin(meta: Meta, *, wants_recipe: bool) -> None:
    """Say that whoever passed this request on keeps what is noted."""
    meta[_RECORDER] = wants_recipe


def wants_recipe(meta: Meta) -> bool:
    """Whether whoever passed this request on would make the next answer itself."""
    return bool(meta.get(_RECORDER))


def note_asker(meta: Meta, asker: Asker) -> None:
    """Note whose request this is."""
    meta[_ASKER] = asker


def note_answer(meta: Meta, answer: Answer) -> None:
    """Note that everybody who may send this request gets this answer to it."""
    meta[_ANSWER] = answer


def note_stopped(meta: Meta) -> None:
    """Note that computing this answer took the database too long, so that nobody tries again."""
    meta[_STOPPED] = True


def was_stopped(meta: Meta) -> bool:
    """Whether it did."""
    return _STOPPED in meta


def asker_of(meta: Meta) -> Asker | None:
    """Whose request this was, if that may be kept."""
    return meta.get(_ASKER)


def answer_of(meta: Meta) -> Answer | None:
    """The answer, if it may be kept."""
    return meta.get(_ANSWER)


def will_be_kept(meta: Meta) -> bool:
    """Whether the answer to this request will be kept, so that it must be a whole one."""
    return _RECORDER in meta and _ANSWER in meta
