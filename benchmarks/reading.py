"""What reading a README costs, and how well it is read.

    make bench ARGS="--only reading"

With `NEXUS_LABELLED_READMES=/folder` also against READMEs that people labelled.

Texts of our own, ordinary and hostile, are doubled from 1 kB to 1 MB: where time grows linearly,
each doubling costs twice as much (less while a fixed part weighs in). Figures are of processor
time, since the machine may be doing other things.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from learnings.importing.parsing import MAX_BYTES, UnreadableDocument, read

SECONDS_PER_MEGABYTE = 3  # of ordinary text, at most
FILES_PER_SECOND = 150  # of the labelled set, at least
MEGABYTES = 150  # of memory, at most
ROUNDS = 3  # the best of so many counts

SIZES = [1_000 * 2**power for power in range(10)] + [MAX_BYTES]
ORDINARY = """
## Week {n}: Technologies

- **Redis {n}**: keeps pages warm for readers
  - invalidated by versions, so that nobody has to remember to delete anything
- **Django {n}** – views, models, migrations and the admin

Some prose that says what the week was like, with `code`, [links](https://example.org/{n}) and
*emphasis*, over a couple of lines, as people write it when they look back on what they did.

## Week {n}: Challenges

### Slow pages in week {n}

**Problem:** One query per card, which nobody saw on a laptop with twenty rows.

**Solution:**

1. a join instead of a loop over all that was found
2. a count that the database keeps

```python
queryset = Card.objects.select_related("author")  # one query
```

| Challenge | Solution |
| --- | --- |
| The port was taken ({n}) | Read it from the environment, and say which it is |

## Week {n}: Best Practices

- Write the test first, and see it fail once. ({n})
- Name a module for what it is about. ({n})
"""
HOSTILE = {
    "brackets": "[",
    "emphasis": "*a_",
    "quotations": "> ",
    "deep lists": "- ",
    "backticks": "`a``",
    "pipes": "|a",
    "links": "[x](a",
    "table rows": "|a|b|\n|-|-|\n",
    "open fences": "```a\n## b\n\n",
    "headings": "a\n=\n\n",
    "labels": "- **Challenge**: abcd\n  - **Solution**: efgh\n",
    "HTML": "<div <!-- ",
}


def main() -> None:
    """Measure and print; end with an error where a promise is broken."""
    folder = os.environ.get("NEXUS_LABELLED_READMES", "")
    # First, while this process is small: on Linux a child's peak begins with its parent's.
    is_read_well = labelled(Path(folder)) if folder else True
    if not folder:
        print("NEXUS_LABELLED_READMES names no folder: nothing was compared with people's labels")
    is_quick = ordinary_text()
    hostile_texts()
    sys.exit(not (is_read_well and is_quick))


def ordinary_text() -> bool:
    """Time ordinary READMEs of growing size."""
    parts = "# A log\n" + "".join(ORDINARY.format(n=n) for n in range(MAX_BYTES // 900))
    seconds = [best(parts[:size].encode()[:MAX_BYTES]) for size in SIZES]
    print(f"ordinary text, 1 MB: {seconds[-1]:.2f} s (at most {SECONDS_PER_MEGABYTE} s)")
    print(f"  per doubling from 1 kB: {ratios(seconds)}")
    return seconds[-1] < SECONDS_PER_MEGABYTE


def hostile_texts() -> None:
    """Time what is made to be slow, in a section where much is looked at."""
    print("hostile text in a section of challenges, 1 MB, and per doubling from 64 kB:")
    for name, pattern in HOSTILE.items():
        whole = "# T\n\n## Challenges\n\n" + pattern * (MAX_BYTES // len(pattern))
        sizes = [size for size in SIZES if size >= 64_000]  # noqa: PLR2004
        seconds = [best(whole[:size].encode(), rounds=1) for size in sizes]
        print(f"  {name:12} {seconds[-1]:5.2f} s   {ratios(seconds)}")


def best(source: bytes, rounds: int = ROUNDS) -> float:
    """Return the least processor seconds that reading took."""
    return min(taken(lambda: _read_or_refuse(source)) for _ in range(rounds))


def taken(work: Callable[[], object]) -> float:
    """Return the processor seconds of this process that some work took."""
    began = time.process_time()
    work()
    return time.process_time() - began


def _read_or_refuse(source: bytes) -> None:
    with suppress(UnreadableDocument):
        read(source)


def ratios(seconds: list[float]) -> str:
    """Return how many times longer each took than the one before."""
    return " ".join(f"{after / max(before, 1e-6):.1f}" for before, after in pairwise(seconds))


def labelled(folder: Path) -> bool:
    """Compare with people's labels through their own scorer; time and weigh a fresh process."""
    with tempfile.TemporaryDirectory(prefix="nexus-bench-") as written:
        command = [sys.executable, __file__, "--read", str(folder / "raw"), written]
        measured = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        scorer = [sys.executable, str(folder / "score.py"), written]
        report = subprocess.run(scorer, capture_output=True, text=True, check=True).stdout
    print("compared with what people read:")
    print("".join(f"  {line}\n" for line in report.splitlines()), end="")
    print(f"  {measured['files_per_second']:.0f} files per second (at least {FILES_PER_SECOND})")
    print(f"  {measured['megabytes']:.0f} MB of memory at the peak (at most {MEGABYTES})")
    return bool(
        measured["files_per_second"] >= FILES_PER_SECOND and measured["megabytes"] < MEGABYTES
    )


def read_folder(folder: Path, written: Path) -> None:
    """Read every file of a folder once, as this process's only work, and print what it took."""
    sources = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.md"))}
    read("# Whatever is done once is done now\n")
    previews: dict[str, object] = {}
    seconds = taken(lambda: previews.update(_previews(sources)))
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for name, preview in previews.items():
        (written / f"{name}.json").write_text(json.dumps(preview), encoding="utf-8")
    print(json.dumps({"files_per_second": len(sources) / seconds, "megabytes": kilobytes / 1024}))


def _previews(sources: dict[str, bytes]) -> Iterator[tuple[str, object]]:
    for name, source in sources.items():
        yield name, read(source).preview()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--read"]:
        read_folder(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
