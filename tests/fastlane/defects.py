"""The fast lane with one of its checks taken out, one defect at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from foundation import copies
from nexus import fastlane

Seed = Callable[[Any], None]  # takes pytest's monkeypatch


def _method(owner: Any, name: str, other: Callable[..., Any]) -> Seed:
    """A method of the look-up, with another in its place; it gets the real one first."""

    def seed(monkeypatch: Any) -> None:
        real = getattr(owner, name)
        monkeypatch.setattr(owner, name, lambda *given: other(real, *given))

    return seed


def _is_copy(record: copies.Record) -> bool:
    return "headers" in record.facts


def _fetches_without_counting(monkeypatch: Any) -> None:
    real = copies._Found.fetch

    def fetch(*given: Any, **options: Any) -> Any:
        found = real(*given, **options)
        copies._UNCOUNT.run([found.counter], [])
        return found

    monkeypatch.setattr(copies._Found, "fetch", fetch)


def _not_asked_by(*names: str) -> Seed:
    def seed(monkeypatch: Any) -> None:
        assert set(names) <= set(fastlane._ASKED_BY)
        rest = tuple(name for name in fastlane._ASKED_BY if name not in names)
        monkeypatch.setattr(fastlane, "_ASKED_BY", rest)

    return seed


def _digest_of(part: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Seed:
    def seed(monkeypatch: Any) -> None:
        real = fastlane._digest
        monkeypatch.setattr(fastlane, "_digest", lambda parts: real(part(parts)))

    return seed


def _without_audience(parts: tuple[str, ...]) -> tuple[str, ...]:
    return parts[1:] or parts


def _without_signature(parts: tuple[str, ...]) -> tuple[str, ...]:
    is_token = len(parts) == 1
    return (parts[0].rpartition(".")[0] or parts[0],) if is_token else parts


def _forgets_what_is_known(monkeypatch: Any) -> None:
    real = fastlane.question_of

    def question_of(environ: Any) -> Any:
        question = real(environ)
        return question and replace(question, known="")

    monkeypatch.setattr(fastlane, "question_of", question_of)


DEFECTS: dict[str, Seed] = {
    "the pass's versions are not compared": _method(
        copies.Record, "stands", lambda real, kept, now: not _is_copy(kept) or real(kept, now)
    ),
    "nobody looks at when the token ends": _method(
        copies._Found, "is_allowed", lambda real, found, question, _at: real(found, question, 0)
    ),
    "the copy's versions are not compared": _method(
        copies.Record, "stands", lambda real, kept, now: _is_copy(kept) or real(kept, now)
    ),
    "the limit refuses nobody": _method(
        copies._Found, "is_allowed", lambda _real, found, _question, at: found._may_pass(at)
    ),
    "nobody is counted": _fetches_without_counting,
    "`Accept` is not part of the name": _not_asked_by("HTTP_ACCEPT"),
    "`Origin` is not part of the name": _not_asked_by("HTTP_ORIGIN"),
    "`Host` is not part of the name": _not_asked_by("HTTP_HOST"),
    "the query is not part of the name": _not_asked_by("QUERY_STRING"),
    "the scheme is not part of the name": _not_asked_by(
        "wsgi.url_scheme", "HTTP_X_FORWARDED_PROTO"
    ),
    "`Accept-Encoding` is not part of the name": lambda monkeypatch: monkeypatch.setattr(
        fastlane, "_accepts_gzip", lambda _header: False
    ),
    "the audience is not part of the name": _digest_of(_without_audience),
    "the signature is not part of the pass's name": _digest_of(_without_signature),
    "`If-None-Match` is not looked at": _forgets_what_is_known,
}
