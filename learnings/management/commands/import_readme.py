"""`manage.py import_readme FILE_OR_FOLDER…`: read READMEs from the command line."""

from __future__ import annotations

import io
import json
import os
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from accounts.models import User
from foundation.errors import NexusError
from learnings.importing import addresses, judging, reviewing, runs
from learnings.importing.fetching import Fetcher
from learnings.importing.parsing import Reading, UnreadableDocument, read
from learnings.importing.reviewing import STANDARD, Rubric
from learnings.management import reviews
from learnings.models import ImportRun, ImportStatus

Row = tuple[str, ...]
PREVIEW: Final[Row] = ("document", "title", "learnings", "challenges", "solved")
OUTCOME: Final[Row] = ("document", "created", "updated", "unchanged", "gone", "conflicts")
WIDE: Final = 10_000  # columns where no terminal cuts a line


class NotRead(Exception):
    """Why one document could not be read."""


@dataclass(frozen=True, slots=True)
class Item:
    """One README to be read: what it is called, and the file or the address where it is."""

    shown: str
    document: str
    path: Path | None = None
    address: str = ""

    def content(self) -> bytes:
        """The bytes of the document.

        Raises:
            OSError: the file cannot be read.
            NexusError: the address is not asked, or nothing came.
        """
        if self.path is not None:
            return self.path.read_bytes()
        fetched = Fetcher(hosts=runs.source_hosts()).fetch(self.address)
        return fetched.content if fetched is not None else b""


class Command(BaseCommand):
    """Shows what READMEs hold; with `--apply`, makes drafts of them."""

    help = (
        "Read READMEs: a preview by default, drafts with --apply --author EMAIL. "
        "Of a folder, every .md file below it; links below it are not followed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("paths", nargs="*", type=Path, metavar="FILE_OR_FOLDER")
        parser.add_argument("--source-url", metavar="URL", help="fetch this repository or file too")
        parser.add_argument("--preview", action="store_true", help="only show, with the review")
        parser.add_argument("--json", type=Path, metavar="DIR", help="write NAME.json files here")
        parser.add_argument("--apply", action="store_true", help="make drafts")
        parser.add_argument(
            "--author",
            metavar="EMAIL",
            help="whose drafts, needed by --apply; with --preview, whose brief the review is by",
        )

    def handle(self, **options: Any) -> None:
        """Run the command.

        Raises:
            CommandError: the arguments do not fit, or a document could not be read. The others
                are read all the same.
        """
        if options["apply"] and options["preview"]:
            raise CommandError("Choose one of --preview and --apply.")
        if not options["paths"] and not options["source_url"]:
            raise CommandError("Name a file, a folder or a --source-url.")
        items, problems = _items(options["paths"], options["source_url"])
        deal = self._applying(**options) if options["apply"] else self._previewing(**options)
        rows = self._work_through(items, deal, problems)
        self._tell(deal, rows, problems)

    def _applying(self, *, author: str | None, **_options: Any) -> _Applying:
        if not author:
            raise CommandError("--apply needs --author EMAIL.")
        return _Applying(self._author(author))

    def _previewing(
        self, *, author: str | None, json: Path | None, preview: bool, **_options: Any
    ) -> _Previewing:
        if not preview:
            return _Previewing(json, None)
        if author is None:
            return _Previewing(json, STANDARD)
        return _Previewing(json, judging.rubric_for(self._author(author), at=timezone.now()))

    def _author(self, email: str) -> User:
        try:
            return User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            raise CommandError(f"Nobody here has the address {email}.") from None

    def _work_through(
        self, items: list[Item], deal: _Previewing | _Applying, problems: dict[str, str]
    ) -> list[Row]:
        """Deal with each item, with a progress bar if a person is watching."""
        rows = []
        with Progress(
            TextColumn("Reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[shown]}", markup=False),
            console=Console(stderr=True),
            transient=True,
            disable=not self.stderr.isatty(),
        ) as progress:
            task = progress.add_task("", total=len(items), shown="")
            for item in items:
                progress.update(task, shown=_printable(item.document))
                try:
                    rows.append(deal(item))
                except (OSError, NexusError, NotRead, UnreadableDocument) as error:
                    problems[item.shown] = str(error)
                progress.advance(task)
        return rows

    def _tell(
        self, deal: _Previewing | _Applying, rows: list[Row], problems: dict[str, str]
    ) -> None:
        if rows:
            width = None if self.stdout.isatty() else WIDE
            self.stdout.write(_table(deal.columns, rows, width))
        for said in deal.review:
            self.stdout.write(said)
        for shown, problem in problems.items():
            self.stderr.write(_printable(f"{shown}: {problem}"))
        told = f"{len(rows)} read" + (f", {len(problems)} not" if problems else "")
        self.stdout.write(told)
        if problems:
            raise CommandError(_printable(f"Not read: {', '.join(problems)}"))


class _Previewing:
    """Shows what a document holds; writes it as JSON into `folder`, reviews it by `rubric`."""

    columns = PREVIEW

    def __init__(self, folder: Path | None, rubric: Rubric | None) -> None:
        self.review: list[str] = []  # one for each document
        self._folder = folder
        self._rubric = rubric
        self._written: set[Path] = set()

    def __call__(self, item: Item) -> Row:
        content = item.content()
        reading = read(content)
        if self._rubric is not None:
            findings = reviewing.review(content, reading, self._rubric)
            strengths = reviewing.strengths(reading, self._rubric)
            self.review.append(
                f"\n{_printable(item.shown)}\n\n{reviews.told(findings, strengths)}\n"
            )
        if self._folder is not None:
            self._write(reading, self._folder / Path(item.document).with_suffix(".json"))
        solved = sum(bool(challenge.solution) for challenge in reading.challenges)
        counts = (len(reading.learnings), len(reading.challenges), solved)
        return (item.shown, reading.title or "", *map(str, counts))

    def _write(self, reading: Reading, target: Path) -> None:
        if target in self._written:
            raise NotRead(f"Another document of this name was written to {target} already.")
        self._written.add(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(reading.preview(), ensure_ascii=False, indent=1)
        target.write_text(text, encoding="utf-8")


class _Applying:
    """Makes drafts of a document.

    Here rather than by a worker, so that whoever typed this sees the outcome.
    """

    columns = OUTCOME

    def __init__(self, author: User) -> None:
        self.review: list[str] = []  # it stands in the import's report
        self._author = author

    def __call__(self, item: Item) -> Row:
        run = self._start(item)
        runs.work(run.pk, promised_as=f"import:{run.pk}")
        run.refresh_from_db()
        if run.status == ImportStatus.FAILED:
            raise NotRead(run.error)
        return (item.shown, *(str(run.report[name]) for name in OUTCOME[1:]))

    def _start(self, item: Item) -> ImportRun:
        now = timezone.now()
        if item.path is None:
            address = addresses.parse(item.address, hosts=runs.source_hosts())
            return runs.start_from(address, author=self._author, at=now)
        return runs.start(
            author=self._author,
            document=item.document[-runs.MAX_NAME :],
            content=item.content(),
            at=now,
        )


def _items(paths: list[Path], address: str | None) -> tuple[list[Item], dict[str, str]]:
    """What is to be read, and what is wrong with a folder."""
    items: list[Item] = []
    problems: dict[str, str] = {}
    for path in paths:
        if path.is_dir():
            below = list(_below(path, problems))
            if not below:
                problems.setdefault(str(path), "There is no .md file below this folder.")
            items += below
        else:
            items.append(Item(str(path), path.name, path))
    if address is not None:
        items.append(Item(address, "README.md", address=address))
    return items, problems


def _below(folder: Path, problems: dict[str, str]) -> Iterator[Item]:
    """Every Markdown file below a folder, by its path there. Links are not followed."""

    def note(error: OSError) -> None:
        problems[str(error.filename)] = str(error)

    found = (
        Path(place, name)
        for place, _, names in os.walk(folder, onerror=note)
        for name in names
        if name.lower().endswith(".md")
    )
    for path in sorted(found):
        if path.is_file() and not path.is_symlink():
            # Two READMEs of one folder are two documents: each is known by its path.
            yield Item(str(path), path.relative_to(folder).as_posix(), path)


def _table(columns: Row, rows: list[Row], width: int | None) -> str:
    # No lines around the cells: every terminal and every encoding can show the rest.
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in columns:
        if name in {"document", "title"}:
            table.add_column(name, overflow="fold")
        else:
            table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        # As text: square brackets in a title are no markup.
        table.add_row(*(Text(_printable(cell)) for cell in row))
    page = io.StringIO()
    Console(file=page, width=width, color_system=None).print(table)
    return page.getvalue()


def _printable(text: str) -> str:
    """`text` without what could steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
