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

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from foundation.errors import Invalid, NexusError, TooLarge
from foundation.outbox import keeping, promise
from learnings import publishing
from learnings.importing import judging
from learnings.importing.addresses import Address
from learnings.importing.applying import apply
from learnings.importing.fetching import Fetcher
from learnings.importing.parsing import MAX_BYTES, Reading, UnreadableDocument, read
from learnings.importing.planning import Action, Plan, Source, plan
from learnings.importing.resolving import one_import_at_a_time
from learnings.models import (
    Challenge,
    Entry,
    EntryGone,
    ImportRun,
    ImportStatus,
    Learning,
    Solution,
    Status,
)
from notifications.announcing import Audience, announce
from notifications.models import Event

logger = logging.getLogger(__name__)

RUN_IMPORT: Final = "learnings.run_import"
MAX_NAME: Final = 255  # characters of a document's name; of a longer path the end is kept
GONE: Final = "GONE"  # what is told of an entry that the document no longer holds
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


def require_readable_size(content: bytes) -> None:
    """Refuse what no worker needs to look at.

    Raises:
        DocumentEmpty: there is nothing in it.
        DocumentTooLarge: it is over `MAX_BYTES`.
    """
    if not content.strip():
        raise DocumentEmpty("This document is empty.")
    if len(content) > MAX_BYTES:
        raise DocumentTooLarge(f"A README may have {MAX_BYTES:,} bytes; this has {len(content):,}.")


@transaction.atomic
def start(
    *,
    author: User,
    document: str,
    content: bytes,
    at: datetime,
    repository: str = "",
    commit: str = "",
    source_url: str = "",
) -> ImportRun:
    """Save a README and promise that a worker will read it into drafts of `author`.

    `source_url` is where it was fetched, for one that was not sent.

    Raises:
        DocumentEmpty: there is nothing in it.
        DocumentTooLarge: it is over `MAX_BYTES`.
    """
    require_readable_size(content)
    run = ImportRun.objects.create(
        author=author,
        document=document,
        content=content,
        repository=repository,
        commit=commit,
        source_url=source_url,
        created_at=at,
    )
    promise(RUN_IMPORT, key=f"import:{run.pk}", kwargs={"run_id": run.pk})
    return run


@transaction.atomic
def start_from(address: Address, *, author: User, at: datetime) -> ImportRun:
    """Promise that a worker will fetch the README at `address` and read it into drafts."""
    run = ImportRun.objects.create(
        author=author,
        document=address.candidates[0].path[-MAX_NAME:],
        repository=address.repository,
        source_url=address.url,
        created_at=at,
    )
    promise(RUN_IMPORT, key=f"import:{run.pk}", kwargs={"run_id": run.pk})
    return run


def source_hosts() -> frozenset[str]:
    """The hosts that this hub asks: the operator's choice, as the rest of the guard is not."""
    return frozenset(settings.SOURCE_HOSTS)


def work(run_id: int, *, promised_as: str, fetcher: Fetcher | None = None) -> None:
    """Do the import that was promised under this key, once. A worker calls this.

    What is elsewhere is fetched first, by `fetcher` or this hub's own. A database that went away
    is the only thing worth trying again, so that error passes.
    """
    # In a transaction of its own, so that whoever asks sees that it is being worked on.
    started = ImportRun.objects.filter(pk=run_id, status=ImportStatus.QUEUED)
    started.update(status=ImportStatus.RUNNING, started_at=timezone.now())
    # Outside any transaction: a slow host must hold up nobody who wants to write.
    problem = _bring(run_id, fetcher or Fetcher(hosts=source_hosts()))
    with keeping(promised_as) as owed:
        for author_id in ImportRun.objects.filter(pk=run_id).values_list("author_id", flat=True):
            # Whoever leaves holds this, too, and takes the import along.
            one_import_at_a_time(author_id)
        run = ImportRun.objects.select_related("author").filter(pk=run_id).first()
        if owed and run is not None:
            _finish(run, problem)


def _bring(run_id: int, fetcher: Fetcher) -> NexusError | None:
    """Fetch what has to be fetched and keep it with the run; returns why that failed, if so."""
    runs = ImportRun.objects.filter(pk=run_id, status=ImportStatus.RUNNING, content=b"")
    run = runs.exclude(source_url="").first()
    if run is None:
        return None
    try:
        fetched = fetcher.fetch(run.source_url)
    except NexusError as error:
        return error
    if fetched is not None:
        runs.update(
            document=fetched.path[-MAX_NAME:],
            repository=fetched.repository,
            commit=fetched.commit,
            content=fetched.content,
        )
    return None


def _finish(run: ImportRun, problem: NexusError | None) -> None:
    if problem is None:
        _attempt(run)
    else:
        _fail(run, str(problem))
    _tell(run)


def _attempt(run: ImportRun) -> None:
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


def _tell(run: ImportRun) -> None:
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
    _tell_curators(run, run.finished_at)


def _import(run: ImportRun) -> None:
    content, now = bytes(run.content), timezone.now()
    reading = read(content)
    source = Source(document=run.document, repository=run.repository, commit=run.commit)
    planned = plan(reading, author=run.author, source=source, hold=True)
    apply(planned, run=run, at=now)
    run.report = report(planned, reading, content=content, author=run.author, at=now)
    run.entries = _entries(planned)
    run.status = ImportStatus.DONE


def _fail(run: ImportRun, sentence: str) -> None:
    run.status, run.error = ImportStatus.FAILED, sentence
    run.report, run.entries = {}, []


def _outcome(run: ImportRun) -> str:
    if run.status == ImportStatus.FAILED:
        return f"{run.document} could not be imported: {run.error}"
    made, changed = run.report["created"], run.report["updated"]
    told = f"{run.document} is imported: {made} new drafts, {changed} updated"
    if proposed := _proposals_of(run):
        told += f" ({proposed} of them published, so a curator looks at it first)"
    if conflicts := run.report["conflicts"]:
        told += f", {conflicts} changed on both sides: decide which words to keep"
    return told


def _proposals_of(run: ImportRun) -> int:
    return sum(entry["action"] == Action.PROPOSE for entry in run.entries)


def _tell_curators(run: ImportRun, at: datetime) -> None:
    """Once for the whole import, not once for every entry."""
    if not (proposed := _proposals_of(run)):
        return
    name, many = run.author.display_name, "" if proposed == 1 else "s"
    announce(
        Event.REVISION_PROPOSED,
        key=f"revisions-proposed:import:{run.pk}",
        text=f"{name}'s {run.document} proposes {proposed} change{many} of published entries",
        target=f"/api/v1/imports/{run.pk}/",
        audience=Audience(curators=True),
        by=run.author,
        at=at,
    )


def report(
    planned: Plan, reading: Reading, *, content: bytes, author: User, at: datetime
) -> dict[str, Any]:
    """The numbers; `updated` are drafts rewritten and changes of published entries proposed."""
    return {
        "created": planned.count(Action.CREATE),
        "updated": planned.count(Action.UPDATE) + planned.count(Action.PROPOSE),
        "unchanged": planned.count(Action.UNCHANGED),
        "gone": len(planned.gone),
        "conflicts": planned.count(Action.CONFLICT),
        "findings": judging.findings(planned, reading, content=content, author=author, at=at),
    }


def _entries(planned: Plan) -> list[dict[str, Any]]:
    met = [
        _told(
            step.entry, step.action.value, step.record.span.first_line, step.record.span.last_line
        )
        for step in planned.steps()
    ]
    # What is gone stands on no line any more: told are those on which it stood.
    gone = [
        _told(entry, GONE, entry.source_first_line or 1, entry.source_last_line or 1)
        for entry in planned.gone
    ]
    return [*met, *gone]


def _told(entry: Entry, action: str, first_line: int, last_line: int) -> dict[str, Any]:
    return {
        "type": entry.type_name,
        "id": entry.pk,
        "action": action,
        "first_line": first_line,
        "last_line": last_line,
    }


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
        told = [entry for entry in run.entries if entry["type"] == name and entry["action"] != GONE]
        drafts = Q(pk__in=[entry["id"] for entry in told], status=Status.DRAFT)
        # What was sent back goes again only if the README mended it.
        mended = [entry["id"] for entry in told if entry["action"] == Action.UPDATE]
        rows = model._default_manager.filter(drafts | Q(pk__in=mended, status=Status.REJECTED))
        for entry in rows.order_by("pk"):
            with suppress(EntryGone, publishing.NotSubmittable):
                publishing.submit(entry, by=by, at=at)
                submitted += 1
    return submitted
