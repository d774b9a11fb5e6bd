"""How steadily READMEs are imported: a thousand of them, one after the other, in tenths.

    [DATABASE_URL=postgres://…] python -m benchmarks.importing [--readmes 1000]

The READMEs of the demo, varied so that no two hold the same entries, by fifty authors; each goes
through the same room as a learner's: saved and promised, then read, matched and written as drafts.
In a database of its own, on PostgreSQL if `DATABASE_URL` names a server, else on SQLite.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any, Final

AUTHORS: Final = 50
TENTHS: Final = 10
DEMO: Final = Path(__file__).resolve().parent.parent / "demo"
# What names an entry: headings below the second level, and bold terms.
_NAMES: Final = re.compile(r"^(#{3,} .+|.*\*\*.+?)(?=\*\*|$)", re.MULTILINE)


def main() -> None:
    """Fill a database of its own and print the rates."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--readmes", type=int, default=1_000)
    readmes = parser.parse_args().readmes
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="nexus.settings.test", NEXUS_DATA_DIR=folder,
            REDIS_URL="", CELERY_BROKER_URL="",
        )  # fmt: skip
        import django

        django.setup()
        from django.db import connection
        from django.test.utils import setup_databases, teardown_databases

        if connection.vendor == "postgresql":
            connection.settings_dict["TEST"]["NAME"] = f"nexus_bench_{os.getpid()}"
        databases = setup_databases(verbosity=0, interactive=False)
        try:
            measure(readmes, on=connection.vendor)
        finally:
            teardown_databases(databases, verbosity=0)


def measure(readmes: int, *, on: str) -> None:
    """Import them and print how many a second in each tenth of the run."""
    from accounts.models import User
    from learnings.models import ENTRY_MODELS, ImportRun, ImportStatus

    authors = [
        User.objects.create_user(f"author-{n}@example.org", display_name=f"Author {n}")
        for n in range(min(AUTHORS, readmes))
    ]
    texts = [path.read_text(encoding="utf-8") for path in sorted(DEMO.glob("*.md"))]
    rates = []
    for tenth in range(TENTHS):
        numbers = range(tenth * readmes // TENTHS, (tenth + 1) * readmes // TENTHS)
        began = time.perf_counter()
        for number in numbers:
            bring(varied(texts[number % len(texts)], number), number, authors)
        rates.append(len(numbers) / (time.perf_counter() - began))
    done = ImportRun.objects.filter(status=ImportStatus.DONE).count()
    assert done == readmes, f"{readmes - done} imports failed"
    entries = sum(model._default_manager.count() for model in ENTRY_MODELS.values())
    print(f"{readmes:,} READMEs on {on} became {entries:,} drafts; READMEs per second, in tenths:")
    print("  " + "  ".join(f"{rate:.1f}" for rate in rates))
    print(f"  the last tenth at {rates[-1] / rates[0]:.2f} times the rate of the first")


def bring(text: str, number: int, authors: list[Any]) -> None:
    """Import one README as a worker would."""
    from django.utils import timezone

    from learnings.importing import runs

    run = runs.start(
        author=authors[number % len(authors)],
        document=f"week-{number}/README.md",
        content=text.encode(),
        at=timezone.now(),
    )
    runs.work(run.pk, promised_as=f"import:{run.pk}")


def varied(text: str, number: int) -> str:
    """The README with other names for its entries."""
    return _NAMES.sub(lambda name: f"{name.group()} {number}", text)


if __name__ == "__main__":
    main()
