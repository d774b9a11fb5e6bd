"""Whether the database holds what was acknowledged: all of it, once, and nothing else.

Plain SQL, so that it shares no code with what it checks. Each function yields a sentence for every
difference; where an answer was lost, either outcome is accepted, and no third.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from .ledger import KINDS, TYPES, Entry, Ledger, Mark, Type

Query = Callable[[str], list[tuple[Any, ...]]]
Notice = tuple[str, str, int]  # an event, the address of its entry, who hears of it


def differences(query: Query, ledger: Ledger, *, mail: Path) -> list[str]:
    """Everything in which the database and the folder of e-mails differ from the ledger."""
    return [
        *(line for type_ in TYPES for line in _entries(query, ledger, type_)),
        *(line for type_ in TYPES for line in _votes_counted(query, type_)),
        *_marks(query, ledger),
        *_imports(query, ledger),
        *_sessions(query, ledger),
        *_tokens(query, ledger),
        *_notifications(query, ledger),
        *_emails(query, ledger, mail),
        *_promises(query),
    ]


def owed(query: Query) -> int:
    """How many promises are not kept yet."""
    return int(query("SELECT count(*) FROM foundation_promise WHERE kept_at IS NULL")[0][0])


def _entries(query: Query, ledger: Ledger, type_: Type) -> Iterator[str]:
    text = "body" if type_ == "solution" else "title"
    rows = query(
        f"SELECT id, author_id, {text}, status FROM learnings_{type_} "
        f"WHERE id > {ledger.last_seeded.get(type_, 0)} AND source_document = ''"
    )
    topics: dict[int, list[str]] = {}
    for pk, slug in query(
        f"SELECT x.{type_}_id, t.slug FROM learnings_{type_}_topics x "
        "JOIN learnings_topic t ON t.id = x.topic_id"
    ):
        topics.setdefault(pk, []).append(slug)
    found = {row[0]: row[1:] for row in rows}
    known = {pk: entry for (name, pk), entry in ledger.entries.items() if name == type_}
    for pk, entry in known.items():
        if pk not in found:
            yield f"{type_} {pk} was acknowledged and is not there"
        elif not entry.in_doubt:
            yield from _differing(entry, (*found[pk], sorted(topics.get(pk, []))))
    unknown = sorted(found.keys() - known.keys())
    if len(unknown) > ledger.in_doubt[type_]:
        yield f"{type_}s {unknown[:5]} are there and nobody was told ({len(unknown)} in all)"


def _differing(entry: Entry, found: tuple[Any, ...]) -> Iterator[str]:
    expected = (entry.author, entry.text, entry.status, sorted(entry.topics))
    for name, one, other in zip(
        ("author", "text", "status", "topics"), expected, found, strict=True
    ):
        if one != other:
            yield f"{entry.type} {entry.id}: {name} is {other!r}, acknowledged was {one!r}"


def _votes_counted(query: Query, type_: Type) -> Iterator[str]:
    for pk, counted, there in query(
        f"SELECT e.id, e.votes_count, (SELECT count(*) FROM learnings_vote v "
        f"WHERE v.{type_}_id = e.id) AS there FROM learnings_{type_} e "
        f"WHERE e.votes_count <> (SELECT count(*) FROM learnings_vote v WHERE v.{type_}_id = e.id)"
    ):
        yield f"{type_} {pk} counts {counted} votes and has {there}"


def _marks(query: Query, ledger: Ledger) -> Iterator[str]:
    there: Counter[Mark] = Counter()
    for kind in KINDS:
        for user, *ids in query(
            f"SELECT user_id, {', '.join(f'{type_}_id' for type_ in TYPES)} FROM learnings_{kind}"
        ):
            type_, pk = next(pair for pair in zip(TYPES, ids, strict=True) if pair[1])
            there[kind, user, type_, pk] += 1
    expected = Counter({mark for mark, is_on in ledger.marks.items() if is_on})
    for mark in sorted((there.keys() | expected.keys()) - ledger.marks_in_doubt):
        if there[mark] != expected[mark]:
            yield f"{mark} is there {there[mark]} times, acknowledged {expected[mark]} times"


def _imports(query: Query, ledger: Ledger) -> Iterator[str]:
    made: Counter[str] = Counter()
    for type_ in TYPES:
        made.update(
            dict(
                query(
                    f"SELECT source_document, count(*) FROM learnings_{type_} "
                    "WHERE source_document <> '' GROUP BY source_document"
                )
            )
        )
    runs = query("SELECT id, author_id, document, status, error FROM learnings_importrun")
    found = {row[0]: row[1:] for row in runs}
    for pk, run in ledger.imports.items():
        if pk not in found:
            yield f"import {pk} was acknowledged and is not there"
        elif found[pk] != (run.author, run.document, "DONE", ""):
            yield f"import {pk} is {found[pk]}"
        elif made[run.document] != run.entries:
            yield f"import {pk} left {made[run.document]} entries, not {run.entries}"
    unknown = found.keys() - ledger.imports.keys()
    if len(unknown) > ledger.in_doubt["import"]:
        yield f"imports {sorted(unknown)[:5]} are there and nobody was told"


def _sessions(query: Query, ledger: Ledger) -> Iterator[str]:
    rows = query(
        "SELECT user_id, count(*), count(revoked_at) FROM accounts_tokenfamily GROUP BY user_id"
    )
    found = {user: (begun, ended) for user, begun, ended in rows}
    for user in sorted(found.keys() | ledger.sessions.keys()):
        there = found.get(user, (0, 0))
        for name, is_there, told in (
            ("session", there[0], ledger.sessions[user]),
            ("end", there[1], ledger.ended[user]),
        ):
            if not told <= is_there <= told + ledger.in_doubt[f"{name} of {user}"]:
                yield f"person {user}: {name}s are {is_there}, acknowledged were {told}"


def _tokens(query: Query, ledger: Ledger) -> Iterator[str]:
    rows = query("SELECT id, user_id, name, revoked_at FROM accounts_personaltoken")
    found = {pk: (user, name, at is not None) for pk, user, name, at in rows}
    for pk, token in ledger.tokens.items():
        there = found.get(pk)
        if there is None or there[:2] != (token.user, token.name):
            yield f"personal token {pk} of {token.user} is {there}"
        elif there[2] != token.revoked and not token.in_doubt:
            yield f"personal token {pk}: revoked is {there[2]}, acknowledged was {token.revoked}"
    unknown = found.keys() - ledger.tokens.keys()
    if len(unknown) > ledger.in_doubt["token"]:
        yield f"personal tokens {sorted(unknown)[:5]} are there and nobody was told"


# --- What people are told -----------------------------------------------------------------------


def _notifications(query: Query, ledger: Ledger) -> Iterator[str]:
    rows = query(
        "SELECT a.event, a.target, n.user_id, count(*) FROM notifications_notification n "
        "JOIN notifications_announcement a ON a.id = n.announcement_id "
        "GROUP BY a.event, a.target, n.user_id"
    )
    there = {(event, target, user): count for event, target, user, count in rows}
    expected = set(_expected_notices(ledger))
    excused = _excused(ledger)
    for notice in sorted(there.keys() | expected):
        if notice[1] not in excused and there.get(notice, 0) != (notice in expected):
            yield f"{notice} was told {there.get(notice, 0)} times, not {int(notice in expected)}"


def _expected_notices(ledger: Ledger) -> Iterator[Notice]:
    """Who must have heard of what: each once, nobody of their own deeds."""
    for entry in ledger.entries.values():
        if entry.was_submitted:
            for curator in ledger.curators - {entry.author}:
                yield "ENTRY_SUBMITTED", entry.address, curator
        if entry.was_published:
            yield from _expected_by_email(entry)
            following = set().union(*(ledger.followers.get(slug, ()) for slug in entry.topics))
            for follower in following - {entry.author}:
                yield "TOPIC_ENTRY", entry.address, follower
    for run in ledger.imports.values():
        yield "IMPORT_FINISHED", f"/api/v1/imports/{run.id}/", run.author


def _expected_by_email(entry: Entry) -> Iterator[Notice]:
    yield "ENTRY_PUBLISHED", entry.address, entry.author
    if entry.type == "solution" and entry.challenge_author != entry.author:
        yield "SOLUTION_ADDED", entry.address, entry.challenge_author


def _excused(ledger: Ledger) -> set[str]:
    """Addresses of entries in doubt: what was told of them depends on what became of them."""
    return {entry.address for entry in ledger.entries.values() if entry.in_doubt}


def _emails(query: Query, ledger: Ledger, mail: Path) -> Iterator[str]:
    rows = query(
        "SELECT a.event, a.target, n.user_id, count(*), count(d.sent_at) "
        "FROM notifications_delivery d "
        "JOIN notifications_notification n ON n.id = d.notification_id "
        "JOIN notifications_announcement a ON a.id = n.announcement_id "
        "GROUP BY a.event, a.target, n.user_id"
    )
    there = {(event, target, user): counts for event, target, user, *counts in rows}
    published = [entry for entry in ledger.entries.values() if entry.was_published]
    expected = {notice for entry in published for notice in _expected_by_email(entry)}
    excused = _excused(ledger)
    for notice in sorted(there.keys() | expected):
        should = [1, 1] if notice in expected else None
        if notice[1] not in excused and there.get(notice) != should:
            yield f"e-mails of {notice}, made and sent: {there.get(notice)}, not {should}"
    files = mail.glob("*.log")
    sent = Counter(
        line
        for file in files
        for line in file.read_text().splitlines()
        if line.startswith("Message-ID:")
    )
    if twice := [line for line, count in sent.items() if count > 1]:
        yield f"e-mails sent more than once: {twice[:5]}"
    if len(sent) != sum(counts[1] for counts in there.values()):
        yield f"{len(sent)} e-mails were sent, the database knows of {len(there)} deliveries"


def _promises(query: Query) -> Iterator[str]:
    for task, count in query(
        "SELECT task, count(*) FROM foundation_promise WHERE kept_at IS NULL GROUP BY task"
    ):
        yield f"{count} promises of {task} are not kept"
