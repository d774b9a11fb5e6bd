"""What becomes of a person's work when they leave: what is public stays without a name.

Everything else goes: drafts, what waits for review, what was sent back or retracted, marks,
imports with the READMEs that were read, followed sources, proposals. A challenge that others
wrote solutions of cannot go, because their work would go with it; it stays, and stays hidden.
Why: docs/decisions/0016.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts import leaving
from accounts.models import User
from learnings.models import (
    Bookmark,
    Challenge,
    Entry,
    ImportRun,
    Learning,
    Revision,
    RevisionStatus,
    Solution,
    Source,
    Status,
    Vote,
)
from notifications.leaving import forget
from notifications.models import Event, Notification, Subscription

BATCH: Final = 500  # rows named by one statement
LOOKED_AFTER: Final = timedelta(days=7)
# Solutions after challenges, as acceptance holds them, and learnings before, as a merge of topics
# does: two at once then wait for each other.
_MODELS: Final[tuple[type[Entry], ...]] = (Learning, Challenge, Solution)
# What stands behind a name in the announcements that have one.
_DEEDS: Final = {
    Event.ENTRY_SUBMITTED: " submitted ",
    Event.REVISION_PROPOSED: " proposes other words for ",
    Event.SOLUTION_ADDED: " solved “",
}
_NO_SOURCE: Final[dict[str, Any]] = {
    # A repository's address holds the name of its owner.
    "source_document": "",
    "source_repository": "",
    "source_commit": "",
    "source_first_line": None,
    "source_last_line": None,
    "source_digest": "",
    "gone_at": None,
}


@transaction.atomic
def leave(user: User, *, at: datetime) -> None:
    """Take a person out of the hub; what they published stays as a nameless author's.

    Somebody of whom nothing stays is deleted wholly. Either way their tokens are refused at once,
    and a later sign-up with the same address finds nothing of them.

    Raises:
        LastAdmin: they are the only active admin.
    """
    person = leaving.hold(user)
    _hold_entries(person)
    # Only now in full: whoever was writing for this person has finished, and is seen below.
    User.objects.select_for_update().get(pk=person.pk)
    _take_votes_back(person)
    Bookmark.objects.filter(user=person).delete()
    Source.objects.filter(user=person).delete()
    gone = _addresses_of_imports(person)
    ImportRun.objects.filter(author=person).delete()
    _delete_proposals(person)
    kept = 0
    for model in _MODELS:
        staying = _staying(model, person)
        ids = list(staying.values_list("pk", flat=True))
        gone |= _delete_all_but(model, person, ids)
        kept += len(ids)
    _hide_names(person)
    forget(person, known_as=leaving.NAMELESS, deeds=_DEEDS, gone=frozenset(gone))
    proposed = Revision.objects.filter(proposed_by=person).exists()
    leaving.depart(person, keeps_row=bool(kept) or proposed, at=at)


def clear_up(*, at: datetime) -> int:
    """Take along what requests wrote that were under way while somebody left; returns for how many.

    Such a request was let in before, and nothing that it wrote could be seen then. Looks after
    whoever left within `LOOKED_AFTER`.
    """
    cleared = 0
    for person in User.objects.filter(left_at__gt=at - LOOKED_AFTER).order_by("pk"):
        if _left_behind(person):
            leave(person, at=person.left_at or at)
            cleared += 1
    return cleared


def _left_behind(person: User) -> bool:
    """Whether there is anything of theirs that `leave` would take along."""
    rows: list[QuerySet[Any]] = [
        *(marked.objects.filter(user=person) for marked in (Vote, Bookmark, Source)),
        *(told.objects.filter(user=person) for told in (Notification, Subscription)),
        ImportRun.objects.filter(author=person),
        _unapproved(person),
    ]
    for model in _MODELS:
        theirs: Any = model._default_manager.filter(author=person)
        rows.append(theirs.exclude(pk__in=_staying(model, person).values("pk")))
    return any(some.exists() for some in rows)


def _hold_entries(person: User) -> None:
    """Hold what is theirs and what they voted for, in the order in which others do."""
    for model in _MODELS:
        rows: Any = model._default_manager.all()
        voted = Vote.objects.filter(user=person).exclude(**{_name(model): None})
        mine = rows.filter(Q(author=person) | Q(pk__in=voted.values(_name(model))))
        list(mine.select_for_update().order_by("pk").values_list("pk"))


def _name(model: type[Entry]) -> str:
    return model._meta.model_name or ""


def _take_votes_back(person: User) -> None:
    votes = Vote.objects.filter(user=person)
    for model in _MODELS:
        name = _name(model)
        voted = list(votes.exclude(**{name: None}).values_list(name, flat=True))
        for start in range(0, len(voted), BATCH):
            rows = model._default_manager.filter(pk__in=voted[start : start + BATCH])
            # Above zero: a counter that went wrong some day must hold nobody back.
            rows.filter(votes_count__gt=0).update(votes_count=F("votes_count") - 1)
    votes.delete()


def _addresses_of_imports(person: User) -> set[str]:
    ids = ImportRun.objects.filter(author=person).values_list("pk", flat=True)
    return {f"/api/v1/imports/{pk}/" for pk in ids}


def _delete_proposals(person: User) -> None:
    """Words that nobody approved were never public. Approved ones are what everybody reads."""
    _unapproved(person).delete()


def _unapproved(person: User) -> Any:
    return Revision.objects.filter(proposed_by=person).exclude(status=RevisionStatus.APPROVED)


def _staying(model: type[Entry], person: User) -> Any:
    """Those of their entries that everybody reads, and challenges that hold others' solutions."""
    rows: Any = model._default_manager.filter(author=person)
    stays = rows.model._default_manager.all().public
    if model is Challenge:
        by_others = Solution.objects.exclude(author=person).values("challenge")
        stays |= Q(pk__in=by_others)
    return rows.filter(stays)


def _delete_all_but(model: type[Entry], person: User, ids: list[int]) -> set[str]:
    """Delete the rest of their entries; returns the addresses at which these were known."""
    kept = set(ids)
    rows: Any = model._default_manager.filter(author=person).only("pk")
    doomed = [entry for entry in rows if entry.pk not in kept]
    for start in range(0, len(doomed), BATCH):
        some = [entry.pk for entry in doomed[start : start + BATCH]]
        model._default_manager.filter(pk__in=some).delete()
    return {
        address for entry in doomed for address in (entry.address, f"{entry.address}revisions/")
    }


def _hide_names(person: User) -> None:
    # What was waiting for a review, or sent back, has nobody any more to go on with it.
    hidden = Challenge.objects.filter(author=person).exclude(status=Status.PUBLISHED)
    hidden.update(status=Status.RETRACTED)
    for model in _MODELS:
        # A change of the row, not of the words: neither `updated_at` nor `revision` tells of it.
        model._default_manager.filter(author=person).update(**_NO_SOURCE, review_reason="")
