"""Sentences and titles that say nothing, in words as frequent as those of natural texts."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

_FREQUENT: Final = """
    server request query index cache page list test token session worker queue task view model
    field table column row migration branch commit merge build image container volume port proxy
    header cookie schema type error warning thread process memory pool lock retry route handler
    template form signal setting variable secret import module package version release log trace
    profile latency limit window batch stream event message topic broker consumer producer client
    socket address certificate domain backup replica snapshot script shell editor plugin parser
    compiler linter fixture factory mock coverage review ticket sprint estimate deadline
"""
# The long tail: names and terms that hardly any two texts share.
_STARTS: Final = ("bel", "dor", "fen", "gal", "kim", "lor", "mav", "nor", "pel", "ster")
_ENDS: Final = ("dan", "fir", "gon", "lux", "mex", "rin", "sol", "tur", "ved", "zan")
_RARE: Final = ["".join(parts) for parts in product(_STARTS, "aeiou", _ENDS)]
_WORDS: Final = [*_FREQUENT.split(), *_RARE]
_VERBS: Final = ("blocks", "breaks", "hides", "loses", "misses", "needs", "repeats", "slows")


def _numbers(seed: int) -> Iterator[float]:
    """Numbers from 0 to 1, the same ones for a seed on every machine and version."""
    state = seed
    while True:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        yield (state >> 33) / 2**31


def _word(number: float) -> str:
    """A word as often as Zipf's law has it, without the ten first ranks: "the" is none here."""
    return _WORDS[int(10 * ((len(_WORDS) + 10) / 10) ** number) - 10]


def sentences(count: int = 4_000) -> Iterator[str]:
    """Lines of Markdown of about sixty characters, with code and emphasis."""
    numbers = _numbers(seed=1)
    for _ in range(count):
        one, two, three, four, five = (_word(next(numbers)) for _ in range(5))
        verb = _VERBS[int(next(numbers) * len(_VERBS))]
        yield f"The {one} of each {two} {verb} a **{three}**, so `{four}` and {five} fail."


def titles(count: int = 2_000) -> Iterator[str]:
    """Halves of titles, of three words."""
    numbers = _numbers(seed=2)
    for _ in range(count):
        one, two = (_word(next(numbers)) for _ in range(2))
        yield f"{one} {_VERBS[int(next(numbers) * len(_VERBS))]} {two}"
