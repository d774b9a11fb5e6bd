"""The ways to entries that were agreed on, one question after the other, as a file.

A question's name stands at the beginning of a line, below it one line for each of its statements.
Where two ways cost nearly the same, both stand there, with ` or ` between them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_OR = " or "
Ways = Mapping[str, Sequence[str]]  # of each question, in order; of the agreed ones, alternatives


def read(text: str) -> tuple[str, dict[str, list[str]]]:
    """The first line of a file, and by question the ways of its statements."""
    head, *blocks = text.rstrip("\n").split("\n\n")
    lines = [block.split("\n") for block in blocks]
    return head, {name: [way.strip() for way in ways] for name, *ways in lines}


def differences(found: Ways, agreed: Ways) -> list[str]:
    """A sentence for each question and statement that does not go as it was agreed."""
    return [
        *(f"{name}: agreed on, and not asked" for name in agreed.keys() - found.keys()),
        *(line for name, ways in found.items() for line in _differing(name, ways, agreed)),
    ]


def written(head: str, found: Ways, agreed: Ways) -> str:
    """A file of what was found; alternatives that were agreed on, and still hold, stay."""
    told = [head]
    for name, ways in found.items():
        kept = agreed.get(name, ())
        kept = kept if len(kept) == len(ways) else ways
        pairs = zip(ways, kept, strict=True)
        lines = [f"  {old if _is_among(way, old) else way}" for way, old in pairs]
        told.append("\n".join([name, *lines]))
    return "\n\n".join(told) + "\n"


def _differing(name: str, ways: Sequence[str], agreed: Ways) -> Iterator[str]:
    if name not in agreed:
        yield f"{name}: asked, and not agreed on"
    elif len(ways) != len(agreed[name]):
        yield f"{name}: {len(ways)} statements, and {len(agreed[name])} were agreed on"
    else:
        for number, (way, old) in enumerate(zip(ways, agreed[name], strict=True), 1):
            if not _is_among(way, old):
                yield f"{name}, statement {number}: {way}; agreed on was {old}"


def _is_among(way: str, alternatives: str) -> bool:
    return way in alternatives.split(_OR)
