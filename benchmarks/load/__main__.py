"""`python -m benchmarks.load --minutes 10 --rate 40`: the verdict is the exit code."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .running import Plan, finished


def main() -> int:
    """Run a load, print what it found, and return 0 if it held."""
    parser = argparse.ArgumentParser(prog="make load", description="A hub under mixed load.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rate", type=float, default=40.0, help="requests a second")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=0, help="default: four times the rate")
    parser.add_argument("--json", type=Path, default=None, help="a file for all figures")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="of the hub's environment"
    )
    given = parser.parse_args()
    plan = Plan(
        seconds=60 * given.minutes, rate=given.rate, seed=given.seed, people=given.people,
        variables=dict(pair.split("=", 1) for pair in given.set),
    )  # fmt: skip
    with finished(plan) as found:
        report = found.report
    print(report.as_text())
    if given.json is not None:
        given.json.write_text(json.dumps(report.as_json(), indent=1))
    return 0 if report.held else 1


if __name__ == "__main__":
    sys.exit(main())
