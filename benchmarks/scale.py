"""What each list, detail and search costs at 10,000, 100,000 and 1,000,000 challenges.

    DATABASE_URL=postgres://… python -m benchmarks.scale [--rows 10000 100000] [--only WORDS …]

Requests go through Django with nothing kept; counted is what PostgreSQL does for one: milliseconds
(the median) and pages of 8 kB looked at, which no other work on the machine can change. Beside them
the ratios of both; that of pages has goals: lists and details at a million rows against ten
thousand, searches against a hundred thousand. The databases are templates that stay on the server
(`seeding`).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
from dataclasses import asdict, dataclass
from typing import Any, Final

from benchmarks import asking, seeding
from benchmarks.plans import plans

SIZES: Final = (10_000, 100_000, 1_000_000)
ROUNDS: Final = 5
OK: Final = 200
GOALS: Final = {"list": 1.3, "detail": 1.3, "search": 1.5}  # × pages, at most, of the size below
AGAINST: Final = {"list": 0, "detail": 0, "search": 1}  # place in `SIZES`


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one request, in the database."""

    milliseconds: float
    pages: int


def main() -> None:
    """Measure each size, print every question's costs and ratios, and how many met their goal."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only", nargs="+", default=(), help="words that a question's name has")
    parser.add_argument("--json", action="store_true", help="costs for other programs")
    given = parser.parse_args()
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        print("not measured: DATABASE_URL names no PostgreSQL server")
        return
    names = [seeding.template(rows) for rows in given.rows]
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as folder:
        os.environ.update(
            DJANGO_SETTINGS_MODULE="nexus.settings.test", NEXUS_DATA_DIR=folder,
            REDIS_URL="", CELERY_BROKER_URL="", NEXUS_CACHE="none",
        )  # fmt: skip
        import django
        from django.conf import settings

        django.setup()
        # Comparing each answer with the contract is for tests.
        settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "tests." not in name]
        costs = [measured(name, tuple(given.only)) for name in names]
        if given.json:
            print(json.dumps(told(costs, list(given.rows))))
        else:
            report(costs, list(given.rows))


def measured(name: str, only: tuple[str, ...]) -> dict[asking.Question, Cost]:
    """What each question costs in this database, in the order of asking."""
    found = {}
    with asking.connected_to(name):
        seeded = seeding.facts(seeding.address(os.environ["DATABASE_URL"], name))
        reader, curator = (asking.client_of(pk) for pk in (seeded.reader_id, seeded.curator_id))
        for client in (reader, curator):
            client.get("/api/v1/cohorts/")  # who it is, is asked once
        for question in [*asking.questions(seeded, asking.cursors()), *asking.personal()]:
            if only and not any(word in question.name for word in only):
                continue
            client = curator if "all that is" in question.name else reader
            found[question] = cost(client, question)
    return found


def cost(client: Any, question: asking.Question) -> Cost:
    """The median of some rounds; one before them brings the pages into memory."""
    milliseconds, pages = [], 0
    for turn in range(ROUNDS + 1):
        with plans() as seen:
            answer = client.get(question.address)
        assert answer.status_code == OK, (question, answer.content)
        pages = sum(plan.pages for plan in seen)
        spent = sum(plan.milliseconds for plan in seen)
        if turn:
            milliseconds.append(spent)
        if spent > 1_000:  # noqa: PLR2004 - milliseconds; it need not be repeated to be seen
            milliseconds = [spent]
            break
    return Cost(statistics.median(milliseconds), pages)


def told(costs: list[dict[asking.Question, Cost]], rows: list[int]) -> dict[str, Any]:
    """`{sizes, questions: [{name, goal, costs: [{milliseconds, pages}, …]}, …]}`."""
    by_name = [{question.name: cost for question, cost in one.items()} for one in costs]
    questions = [
        {
            "name": question.name,
            "goal": question.goal,
            "costs": [asdict(one[question.name]) for one in by_name],
        }
        for question in costs[-1]
    ]
    return {"sizes": rows, "questions": questions}


def report(costs: list[dict[asking.Question, Cost]], rows: list[int]) -> None:
    """Print a line for each question. Sizes may hold other ids, so names tell them apart."""
    by_name = [{q.name: (q, cost) for q, cost in one.items()} for one in costs]
    heads = "".join(f"{f'{count:,}':>19}" for count in rows)
    print(f"{'ms and pages at':44}{heads}   ratio of ms, pages")
    met = {"met": 0, "missed": 0}
    for name, (question, largest) in by_name[-1].items():
        told = [one[name][1] for one in by_name]
        each = "".join(f"{cost.milliseconds:10.2f}{cost.pages:9}" for cost in told)
        goal = GOALS[question.goal]
        smaller = by_name[min(AGAINST[question.goal], len(rows) - 1)][name][1]
        time = largest.milliseconds / max(smaller.milliseconds, 0.01)
        pages = largest.pages / max(smaller.pages, 1)
        verdict = "met" if pages <= goal else "missed"
        met[verdict] += 1
        print(f"{name:44}{each}  {time:6.2f} {pages:6.2f}  {verdict} (at most {goal})")
    print(f"{met['met']} met their goal, {met['missed']} missed it")


if __name__ == "__main__":
    main()
