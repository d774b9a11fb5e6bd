"""How steadily READMEs are imported: a thousand of them, one after the other, in tenths.

    make bench ARGS="--only importing"
    [DATABASE_URL=postgres://…] python -m benchmarks.importing [--readmes 1000]

The READMEs of the demo by fifty authors. What they say is varied, so that no two hold the same
entries; what they name stays, as those of one programme name the same technologies. Each goes
through the same room as a learner's: saved and promised, then read, matched and written as drafts.
In a database of its own, on PostgreSQL if `DATABASE_URL` names a server, else on SQLite.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from typing import Any, Final

from benchmarks.servers import ROOT, callers_own

AUTHORS: Final = 50
TENTHS: Final = 10
DEMO: Final = ROOT / "demo"
_ENDS_OF_LINES: Final = re.compile(r"(?<=[a-z])\.?$", re.MULTILINE)


def in_process_of_its_own(postgres: str) -> dict[str, Any]:
    """The section `importing`, with its table; settings are read once a process."""
    command = [sys.executable, "-m", "benchmarks.importing"]
    environment = {**callers_own(), "DATABASE_URL": postgres}
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True
    )
    found = json.loads(ended.stdout)
    rates = found["rates"]
    heads = [f"{found['readmes']:,} READMEs on PostgreSQL, in tenths", *_ordinals()]
    rows = [
        ["READMEs per second", *(f"{rate:.1f}" for rate in rates)],
        ["× the first tenth", *(f"{rate / rates[0]:.2f}" for rate in rates)],
    ]
    return {"heads": heads, "rows": rows, "drafts": found["drafts"]}


def _ordinals() -> list[str]:
    return [f"{number}." for number in range(1, TENTHS + 1)]


def main() -> None:
    """Fill a database of its own and print, as JSON, what became of it at which rates."""
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
            print(json.dumps(measure(readmes)))
        finally:
            teardown_databases(databases, verbosity=0)


def measure(readmes: int) -> dict[str, Any]:
    """Import them: how many drafts they became, and how many READMEs a second in each tenth.

    Raises:
        AssertionError: an import failed.
    """
    from accounts.models import User
    from learnings.models import ENTRY_MODELS, ImportRun, ImportStatus

    authors = [
        User.objects.create_user(f"author-{n}@example.org", display_name=f"Author {n}")
        for n in range(min(AUTHORS, readmes))
    ]
    texts = [path.read_text(encoding="utf-8") for path in sorted(DEMO.glob("*.md"))]
    bring(varied(texts[0], readmes), readmes, authors)  # what is loaded once is loaded now
    rates = []
    for tenth in range(TENTHS):
        numbers = range(tenth * readmes // TENTHS, (tenth + 1) * readmes // TENTHS)
        began = time.perf_counter()
        for number in numbers:
            bring(varied(texts[number % len(texts)], number), number, authors)
        rates.append(len(numbers) / (time.perf_counter() - began))
    done = ImportRun.objects.filter(status=ImportStatus.DONE).count()
    assert done == readmes + 1, f"{readmes + 1 - done} imports failed"
    drafts = sum(model._default_manager.count() for model in ENTRY_MODELS.values())
    return {"readmes": readmes, "drafts": drafts, "rates": rates}


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
    """The README in other words."""
    return _ENDS_OF_LINES.sub(f", as in week {number}.", text)


if __name__ == "__main__":
    main()
