"""`manage.py export_readme EMAIL`: a person's README from their entries."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from learnings.exporting.collecting import readme_of
from learnings.exporting.writing import write
from learnings.importing.parsing.form import Shape


class Command(BaseCommand):
    """Writes what its author would get from the API, drafts included."""

    help = "Write a person's README from their entries, to the screen or a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument(
            "--shape", choices=[shape.value for shape in Shape], default=Shape.HEADINGS.value
        )
        parser.add_argument("--output", type=Path, metavar="FILE", help="write this file instead")

    def handle(self, **options: Any) -> None:
        """Run the command.

        Raises:
            CommandError: nobody has this address, or the file cannot be written.
        """
        try:
            author = User.objects.get_by_natural_key(options["email"])
        except User.DoesNotExist:
            raise CommandError(f"Nobody here has the address {options['email']}.") from None
        text = write(readme_of(author, reader=author), Shape(options["shape"]))
        path: Path | None = options["output"]
        if path is None:
            self.stdout.write(text, ending="")
            return
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from None
        self.stdout.write(f"{path} is written.")
