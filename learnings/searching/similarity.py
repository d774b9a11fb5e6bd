"""Has anyone hit this? Published challenges like an error message or a draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log
from typing import Any, Final

from django.db.models.functions import Left

from learnings.models import Challenge, Solution
from learnings.searching import postgresql
from learnings.searching.membership import index_of
from learnings.searching.noise import GENERIC, significant
from learnings.searching.words import stem, words_of

MAX_CANDIDATES: Final = 200  # rows with words of the text, the best by the database's rank
FEW: Final = 10  # candidates: with fewer, the words may have been misspelt
READ_OF_PROBLEM: Final = 2_000  # characters of a candidate that are compared
RELEVANT: Final = 0.3  # score below which two problems are not alike
SAME: Final = 0.8  # share of common words from which two titles say the same
LONGEST_TITLE: Final = 300  # characters; a longer text is not compared with titles as a whole

# Of a score: how much of the text a challenge has, and how much of its title stands in the text.
# The second lets a short title be recognised in a long message.
_COVERED, _TITLE = 0.7, 0.3
_GENERIC_WEIGHT: Final = 0.3
_UNHEARD_WEIGHT: Final = 0.5  # of a word that no candidate has: a name of the asker's, mostly


@dataclass(frozen=True, slots=True)
class Match:
    """Challenges that say the same, by the best of them."""

    score: float  # 0 to 1
    learners_count: int
    challenge: Challenge
    accepted_solution: Solution | None


@dataclass(frozen=True, slots=True)
class Similar:
    """Who met something like this."""

    learners_count: int
    results: list[Match]


@dataclass(slots=True)
class _Candidate:
    id: int
    author: int
    votes_count: int
    accepted: int | None
    title: frozenset[str]
    words: frozenset[str]
    score: float = 0.0

    @property
    def place(self) -> tuple[float, bool, int, int]:
        """Where it stands: by score, then those that help, then the newest."""
        return (-self.score, self.accepted is None, -self.votes_count, -self.id)


@dataclass(slots=True)
class _Group:
    best: _Candidate
    authors: set[int] = field(default_factory=set)


def similar_to(text: str, *, limit: int) -> Similar:
    """At most `limit` published challenges that say what `text` says, the most alike first.

    Challenges with nearly the same title are one result, and count their authors. The number of
    queries does not depend on what is found.
    """
    groups = _grouped(_candidates(text))[:limit]
    challenges = _by_id(Challenge, [group.best.id for group in groups])
    solutions = _by_id(Solution, [group.best.accepted for group in groups])
    results = [
        Match(
            score=round(group.best.score, 2),
            learners_count=len(group.authors),
            challenge=challenges[group.best.id],
            accepted_solution=solutions.get(group.best.accepted),
        )
        for group in groups
        if group.best.id in challenges
    ]
    return Similar(len(set().union(*(group.authors for group in groups))), results)


def _candidates(text: str) -> list[_Candidate]:
    """Published challenges that are alike enough, with their scores."""
    published: Any = Challenge.objects.published()
    words = significant(text)
    if not words:
        return []
    index = index_of(published)
    ids = index.having_any(published, words, at_most=MAX_CANDIDATES)
    alike: dict[int, float] = {}
    if index is postgresql and len(ids) < FEW and len(text) <= LONGEST_TITLE:
        alike = postgresql.titled_like(published, text, at_most=MAX_CANDIDATES)
    rows = published.with_solution_facts().filter(pk__in=[*ids, *alike] or [0])
    found = [
        _read(*row)
        for row in rows.values_list(
            "pk", "author_id", "votes_count", "accepted_solution_id", "title",
            Left("problem", READ_OF_PROBLEM),
        )
    ]  # fmt: skip
    stems = frozenset(map(stem, words))
    weights = _weights(words, found)
    for candidate in found:
        score = _score(candidate, stems, weights)
        candidate.score = max(score, alike.get(candidate.id, 0.0))
    return sorted((each for each in found if each.score >= RELEVANT), key=lambda each: each.place)


def _read(pk: int, author: int, votes: int, accepted: int | None, *texts: str) -> _Candidate:
    title, problem = (frozenset(map(stem, words_of(text))) for text in texts)
    return _Candidate(pk, author, votes, accepted, title, title | problem)


def _weights(words: Iterable[str], candidates: list[_Candidate]) -> dict[str, float]:
    """What each word of the text says, by stem: the rarer among what was found, the more."""
    counts = Counter(word for candidate in candidates for word in candidate.words)
    weights = {}
    for word in words:
        count = counts[stem(word)]
        heard = 1 / (1 + log(count) / 2) if count else _UNHEARD_WEIGHT
        weights[stem(word)] = heard * (_GENERIC_WEIGHT if word in GENERIC else 1)
    return weights


def _score(candidate: _Candidate, stems: frozenset[str], weights: dict[str, float]) -> float:
    shared = stems & candidate.words
    if len(shared) < min(2, len(stems)):
        return 0.0  # one word in common is a coincidence
    covered = sum(weights[word] for word in shared) / sum(weights.values())
    title = len(candidate.title & stems) / len(candidate.title) if candidate.title else 0.0
    return _COVERED * covered + _TITLE * title


def _grouped(candidates: list[_Candidate]) -> list[_Group]:
    """Candidates that say the same in their titles together, in the order of the best ones."""
    groups: list[_Group] = []
    for candidate in candidates:
        for group in groups:
            if _says_the_same(group.best.title, candidate.title):
                group.authors.add(candidate.author)
                break
        else:
            groups.append(_Group(candidate, {candidate.author}))
    return groups


def _says_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    return one == other or len(one & other) >= SAME * len(one | other) > 0


def _by_id(model: type[Any], ids: Iterable[int | None]) -> dict[int | None, Any]:
    # Asked for without ids, too: as many queries for none as for ten.
    wanted = [pk for pk in ids if pk is not None] or [0]
    rows: Any = model._default_manager
    return {row.pk: row for row in rows.published().with_relations().filter(pk__in=wanted)}
