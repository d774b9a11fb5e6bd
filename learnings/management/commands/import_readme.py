"""`manage.py import_readme FILE…`: read READMEs from the command line."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import User
from foundation.errors import NexusError
from learnings.importing import runs
from learnings.importing.parsing import Reading, UnreadableDocument, read
from learnings.models import ImportRun, ImportStatus


class Command(BaseCommand):
    """Shows what a README holds; with `--apply`, makes drafts of it."""

    help = "Read READMEs: a preview by default, drafts with --apply --author EMAIL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--preview", action="store_true", help="only show (the default)")
        parser.add_argument("--json", type=Path, metavar="DIR", help="write NAME.json files here")
        parser.add_argument("--apply", action="store_true", help="make drafts")
        parser.add_argument("--author", metavar="EMAIL", help="whose drafts; needed by --apply")

    def handle(self, **options: Any) -> None:
        """Run the command.

        Raises:
            CommandError: the arguments do not fit, or a file could not be read. The other files
                are read all the same.
        """
        if options["apply"] and options["preview"]:
            raise CommandError("Choose one of --preview and --apply.")
        if options["apply"]:
            author = self._author(options["author"])
            failed = [path for path in options["files"] if not self._apply(path, author)]
        else:
            failed = [path for path in options["files"] if not self._preview(path, options["json"])]
        if failed:
            raise CommandError(f"Not read: {', '.join(str(path) for path in failed)}")

    def _author(self, email: str | None) -> User:
        if not email:
            raise CommandError("--apply needs --author EMAIL.")
        try:
            return User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            raise CommandError(f"Nobody here has the address {email}.") from None

    def _preview(self, path: Path, folder: Path | None) -> bool:
        try:
            reading = read(path.read_bytes())
        except (OSError, UnreadableDocument) as error:
            self.stderr.write(f"{path}: {error}")
            return False
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps(reading.preview(), ensure_ascii=False, indent=1)
            (folder / f"{path.stem}.json").write_text(text, encoding="utf-8")
        self.stdout.write(f"{path}: {_summary(reading)}")
        return True

    def _apply(self, path: Path, author: User) -> bool:
        try:
            run = runs.start(
                author=author, document=path.name, content=path.read_bytes(), at=timezone.now()
            )
        except (OSError, NexusError) as error:
            self.stderr.write(f"{path}: {error}")
            return False
        # Done here rather than by a worker, so that whoever typed this sees the outcome.
        runs.work(run.pk, promised_as=f"import:{run.pk}")
        run.refresh_from_db()
        if run.status == ImportStatus.FAILED:
            self.stderr.write(f"{path}: {run.error}")
            return False
        self.stdout.write(f"{path}: {_outcome(run)}")
        return True


def _summary(reading: Reading) -> str:
    solved = sum(bool(challenge.solution) for challenge in reading.challenges)
    return (
        f"“{reading.title}”, {len(reading.learnings)} learnings, "
        f"{len(reading.challenges)} challenges, {solved} of them with a solution"
    )


def _outcome(run: ImportRun) -> str:
    counts = ("created", "updated", "unchanged", "gone", "conflicts")
    return ", ".join(f"{run.report[name]} {name}" for name in counts)
