"""One import from start to finish, with its report.

`start` saves the text and promises the work; a worker then calls `work`. Whatever goes wrong on
the way, either all drafts of the document are there and the run says DONE, or none is and the run
says FAILED with a sentence for its author.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from accounts.models import User
from foundation.errors import Invalid, NexusError, TooLarge
from foundation.outbox import keeping, promise
from learnings import publishing
from learnings.importing.applying import apply
from learnings.importing.parsing import MAX_BYTES, UnreadableDocument, read
from learnings.importing.planning import Action, Plan, Source, plan
from learnings.models import (
    Challenge,
    Entry,
    EntryGone,
    ImportRun,
    ImportStatus,
    Learning,
    Solution,
)
from notifications.announcing import Audience, announce
from notifications.models import Event

logger = logging.getLogger(__name__)

RUN_IMPORT: Final = "learnings.run_import"
MODELS: Final[dict[str, type[Entry]]] = {
    "learning": Learning,
    "challenge": Challenge,
    "solution": Solution,
}


class DocumentTooLarge(TooLarge):
    """A README over the limit."""

    code = "document_too_large"


class DocumentEmpty(Invalid):
    """A README without a byte."""

    code = "empty"


@transaction.atomic
def start(
    *,
    author: User,
    document: str,
    content: bytes,
    at: datetime,
    repository: str = "",
    commit: str = "",
) -> ImportRun:
    """Save a README and promise that a worker will read it into drafts of `author`.

    Raises:
        DocumentEmpty: there is nothing in it.
        DocumentTooLarge: it is over `MAX_BYTES`.
    """
    if not content.strip():
        raise DocumentEmpty("This document is empty.")
    if len(content) > MAX_BYTES:
        raise DocumentTooLarge(f"A README may have {MAX_BYTES:,} bytes; this has {len(content):,}.")
    run = ImportRun.objects.create(
        author=author,
        document=document,
        content=content,
        repository=repository,
        commit=commit,
        created_at=at,
    )
    promise(RUN_IMPORT, key=f"import:{run.pk}", kwargs={"run_id": run.pk})
    return run


def work(run_id: int, *, promised_as: str) -> None:
    """Do the import that was promised under this key, once. A worker calls this.

    A database that went away is the only thing worth trying again, so that error passes.
    """
    # In a transaction of its own, so that whoever asks sees that it is being worked on.
    started = ImportRun.objects.filter(pk=run_id, status=ImportStatus.QUEUED)
    started.update(status=ImportStatus.RUNNING, started_at=timezone.now())
    with keeping(promised_as) as owed:
        run = ImportRun.objects.select_related("author").filter(pk=run_id).first()
        if owed and run is not None:
            _finish(run)


def _finish(run: ImportRun) -> None:
    try:
        with transaction.atomic():
            _import(run)
    except (NexusError, UnreadableDocument) as error:
        _fail(run, str(error))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("Import %s failed", run.pk)
        _fail(run, "The hub could not read this document. That is our fault, and it is logged.")
    run.finished_at, run.progress = timezone.now(), 100
    run.save()
    announce(
        Event.IMPORT_FINISHED,
        key=f"import:{run.pk}",
        text=_outcome(run),
        target=f"/api/v1/imports/{run.pk}/",
        audience=Audience(people=[run.author]),
        by=None,
        at=run.finished_at,
    )


def _import(run: ImportRun) -> None:
    reading = read(bytes(run.content))
    # One import at a time per author: two at once could not see each other's drafts.
    User.objects.select_for_update().get(pk=run.author_id)
    source = Source(document=run.document, repository=run.repository, commit=run.commit)
    planned = plan(reading, author=run.author, source=source)
    apply(planned, at=timezone.now())
    run.report, run.entries = _report(planned), _entries(planned)
    run.status = ImportStatus.DONE


def _fail(run: ImportRun, sentence: str) -> None:
    run.status, run.error = ImportStatus.FAILED, sentence
    run.report, run.entries = {}, []


def _outcome(run: ImportRun) -> str:
    if run.status == ImportStatus.FAILED:
        return f"{run.document} could not be imported: {run.error}"
    made, changed = run.report["created"], run.report["updated"]
    return f"{run.document} is imported: {made} new drafts, {changed} updated"


def _report(planned: Plan) -> dict[str, Any]:
    return {
        "created": planned.count(Action.CREATE),
        "updated": planned.count(Action.UPDATE),
        "unchanged": planned.count(Action.UNCHANGED),
        "gone": len(planned.gone),
        "conflicts": planned.count(Action.CONFLICT),
        "findings": findings(planned),
    }


def findings(planned: Plan) -> list[dict[str, Any]]:
    """What the author could mend, each `{code, line, why, mend}`; line 0 is the whole document."""
    found = []
    if not any(True for _ in planned.steps()):
        found.append(_finding("nothing_found", 0))
    for pair in planned.challenges:
        if pair.solution is None:
            line = pair.challenge.entry.source_first_line or 0
            found.append(_finding("challenge_without_solution", line))
    found.extend(
        _finding("edited_on_the_hub", step.entry.source_first_line or 0)
        for step in planned.steps()
        if step.action is Action.CONFLICT
    )
    return found


_ADVICE: Final = {
    "nothing_found": (
        "No technologies, concepts, challenges or practices were recognised.",
        "Give each of them a heading of its own, with a list under it.",
    ),
    "challenge_without_solution": (
        "Whoever meets this problem after you will look for what worked.",
        "Add a line that begins with “Solution:”, even if it is only what you would try next.",
    ),
    "edited_on_the_hub": (
        "This entry was changed on the hub or is under review, so the README did not overwrite it.",
        "Bring both texts together on the hub, or here.",
    ),
}


def _finding(code: str, line: int) -> dict[str, Any]:
    why, mend = _ADVICE[code]
    return {"code": code, "line": line, "why": why, "mend": mend}


def _entries(planned: Plan) -> list[dict[str, Any]]:
    return [
        {
            "type": step.entry.type_name,
            "id": step.entry.pk,
            "action": step.action.value,
            "first_line": step.entry.source_first_line,
            "last_line": step.entry.source_last_line,
        }
        for step in planned.steps()
    ]


@transaction.atomic
def submit_drafts(run: ImportRun, *, by: User, at: datetime) -> int:
    """Submit every draft of an import for review; returns how many went.

    Challenges before their solutions. What was discarded or submitted meanwhile is passed over.

    Raises:
        NotYours: `by` is not the author.
    """
    if run.author_id != by.pk:
        raise publishing.NotYours("Only its author can submit an import.")
    submitted = 0
    for name, model in MODELS.items():
        ids = [entry["id"] for entry in run.entries if entry["type"] == name]
        rows = model._default_manager.filter(pk__in=ids, status__in=publishing.EDITABLE)
        for entry in rows.order_by("pk"):
            with suppress(EntryGone, publishing.NotSubmittable):
                publishing.submit(entry, by=by, at=at)
                submitted += 1
    return submitted
