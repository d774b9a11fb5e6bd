"""Which record of a document stands for which entry of its author.

Sure signs first, over the whole document, then weaker ones among what is left:

1. the entry was read from this document with exactly these words, whatever became of it here;
2. it was read from this document, and is called the same;
3. it came from elsewhere, is called the same and says the very same;
4. it was typed in by hand and is called the same;
5. it was read from this document and its words are alike.

What another document says in other words under the same title is another entry.

The last step compares words, not letters: `ALIKE` of them must be shared, counted twice and
divided by those of both texts (Dice), in the title or in the whole text; short titles must also
be spelt alike. An entry that stands between the same neighbours as the record needs less.

**Bounds.** A text counts with its first `WORDS` words. For a record only those `CANDIDATES`
entries are compared that share most of its `RARE` rarest words or pairs of words, of which those
in more than `COMMON` entries are passed over. So 10,000 records against 10,000 entries take at
most 100,000 comparisons of 400 words: seconds, whatever the texts are.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from typing import Final, Generic, TypeVar

from learnings.importing.parsing import Span
from learnings.models import Entry, digest_of

_Entry = TypeVar("_Entry", bound=Entry)
Content = Mapping[str, str]  # the texts of a record, by the name of the entry's field

ALIKE: Final = 0.6  # of 1: two words of five may change
ALIKE_IN_PLACE: Final = 0.35  # where the neighbours are the same
SPELT_ALIKE: Final = 0.8  # of 1, for texts that share fewer than `ENOUGH` words
ENOUGH: Final = 3  # words shared that cannot be chance
WORDS: Final = 200
RARE: Final = 12
COMMON: Final = 50
CANDIDATES: Final = 10
_STEM: Final = 5  # letters: "deploy", "deploying" and "deployment" are one word
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a text comes from, as it is kept with every entry."""

    document: str
    repository: str = ""
    commit: str = ""

    def holds(self, entry: Entry) -> bool:
        """Whether an entry was read from this document."""
        return bool(entry.source_digest) and (entry.source_document, entry.source_repository) == (
            self.document,
            self.repository,
        )


@dataclass(frozen=True)
class Record:
    """What a document says. `key` is what it is called; `kind` keeps unlike things apart."""

    kind: Hashable
    key: Hashable
    content: Content
    span: Span

    @cached_property
    def digest(self) -> str:
        """A name for the words."""
        return digest_of(self.content)


class Matches(Generic[_Entry]):
    """The entries of one model: which record each of them stands for, and which are left over."""

    def __init__(
        self,
        records: Sequence[Record],
        entries: Iterable[_Entry],
        *,
        called: Callable[[_Entry], tuple[Hashable, Hashable]],
        source: Source,
    ) -> None:
        """Find the pairs. `called` tells an entry's kind and key."""
        self._records, self._source = records, source
        # What is gone comes last: of two that fit, the one that was there yesterday.
        self._free = {
            entry.pk: entry
            for entry in sorted(entries, key=lambda entry: (entry.gone_at is not None, entry.pk))
        }
        self._here = sorted(
            (entry for entry in self._free.values() if source.holds(entry)), key=_place
        )
        self._called = {pk: called(entry) for pk, entry in self._free.items()}
        self._found: dict[int, _Entry] = {}
        self._match_what_is_sure()
        self._match_what_is_alike()

    def of(self, number: int) -> _Entry | None:
        """The entry for which the record with this number (from 0) stands."""
        return self._found.get(number)

    @property
    def left_over(self) -> list[_Entry]:
        """Entries of this document for which no record stands, in its order."""
        return [entry for entry in self._here if entry.pk in self._free]

    def _match_what_is_sure(self) -> None:
        here = self._source.holds
        kind_of = {pk: kind for pk, (kind, _key) in self._called.items()}

        def elsewhere(entry: _Entry) -> bool:
            return bool(entry.source_digest) and not here(entry)

        def as_read(entry: _Entry) -> Hashable:
            return kind_of[entry.pk], entry.source_digest

        self._pass(here, as_read, _by_words)
        self._pass(here, self._name, _by_name)
        self._pass(elsewhere, as_read, _by_words)
        self._pass(elsewhere, lambda e: (kind_of[e.pk], digest_of(e.content)), _by_words)
        self._pass(lambda entry: not entry.source_digest, self._name, _by_name)

    def _name(self, entry: _Entry) -> Hashable:
        return self._called[entry.pk]

    def _pass(
        self,
        among: Callable[[_Entry], bool],
        entry_sign: Callable[[_Entry], Hashable],
        record_sign: Callable[[Record], Hashable],
    ) -> None:
        waiting: dict[Hashable, deque[_Entry]] = defaultdict(deque)
        for entry in filter(among, self._free.values()):
            waiting[entry_sign(entry)].append(entry)
        for number, record in self._unmatched():
            if found := waiting.get(record_sign(record)):
                self._take(number, found.popleft())

    def _unmatched(self) -> list[tuple[int, Record]]:
        return [pair for pair in enumerate(self._records) if pair[0] not in self._found]

    def _take(self, number: int, entry: _Entry) -> None:
        self._found[number] = entry
        del self._free[entry.pk]

    def _match_what_is_alike(self) -> None:
        records, entries = self._unmatched(), self.left_over
        if not records or not entries:
            return
        places, gaps = self._places()
        words = _Words((self._called[e.pk][0], _Text.of(e.content)) for e in entries)
        edited = {e.pk for e in entries if digest_of(e.content) != e.source_digest}
        pairs = []
        for number, record in records:
            text = _Text.of(record.content)
            for chosen, other in words.near(record.kind, text):
                entry = entries[chosen]
                in_place = places.get(entry.pk) == gaps[number]
                # What was edited here is only asked about, so a guess does no harm.
                score = text.alike(other, is_guess=in_place and entry.pk in edited)
                if score >= (ALIKE_IN_PLACE if in_place else ALIKE):
                    pairs.append((score + 0.1 * in_place, -number, -chosen, entry))
        for _score, number, _chosen, entry in sorted(
            pairs, key=lambda pair: pair[:3], reverse=True
        ):
            if -number not in self._found and entry.pk in self._free:
                self._take(-number, entry)

    def _places(self) -> tuple[dict[int, int], dict[int, int]]:
        """By entry and by record: the matched entry above it (0 for none)."""
        places, above = {}, 0
        for entry in self._here:
            if entry.pk not in self._free:
                above = entry.pk
            places[entry.pk] = above
        gaps, above = {}, 0
        for number in range(len(self._records)):
            if number in self._found:
                above = self._found[number].pk
            gaps[number] = above
        return places, gaps


class _Text:
    """The words of one record or entry."""

    def __init__(self, title: str, rest: str) -> None:
        whole = _words(f"{title}\n{rest}")
        self.title = title.casefold()
        self.terms: set[Hashable] = {*whole, *pairwise(whole)}
        self._bags = Counter(_words(title)), Counter(whole)

    @classmethod
    def of(cls, content: Content) -> _Text:
        """The title, and everything else but the kind."""
        rest = (text for name, text in content.items() if name not in {"title", "kind"})
        return cls(content.get("title", ""), "\n".join(rest))

    def alike(self, other: _Text, *, is_guess: bool) -> float:
        """How alike the titles or the whole texts are, from 0 to 1."""
        best = 0.0
        for mine, theirs in zip(self._bags, other._bags, strict=True):
            shared = (mine & theirs).total()
            score = 2 * shared / max(1, mine.total() + theirs.total())
            if score > best and (is_guess or shared >= ENOUGH or self._is_spelt_like(other, score)):
                best = score
        return best

    def _is_spelt_like(self, other: _Text, score: float) -> bool:
        if score < ALIKE_IN_PLACE:
            return False
        spelling = SequenceMatcher(None, self.title, other.title, autojunk=False)
        return spelling.ratio() >= SPELT_ALIKE


class _Words:
    """Texts of entries, found by the words that few of them have."""

    def __init__(self, texts: Iterable[tuple[Hashable, _Text]]) -> None:
        self._texts: list[_Text] = []
        self._having: dict[Hashable, list[int]] = defaultdict(list)
        for number, (kind, text) in enumerate(texts):
            self._texts.append(text)
            for term in text.terms:
                self._having[kind, term].append(number)

    def near(self, kind: Hashable, text: _Text) -> Iterable[tuple[int, _Text]]:
        """Numbers and texts of the entries of a kind that share most rare words with `text`."""
        found = [
            having
            for term in text.terms
            if (having := self._having.get((kind, term))) and len(having) <= COMMON
        ]
        shared: Counter[int] = Counter()
        for having in sorted(found, key=len)[:RARE]:
            shared.update(having)
        for number, _count in shared.most_common(CANDIDATES):
            yield number, self._texts[number]


def _words(text: str) -> list[str]:
    # Cut first: a text may have 20,000 characters, and only its beginning counts.
    return [word[:_STEM] for word in _WORD.findall(text[: WORDS * 20].casefold())[:WORDS]]


def _by_words(record: Record) -> Hashable:
    return record.kind, record.digest


def _by_name(record: Record) -> Hashable:
    return record.kind, record.key


def _place(entry: Entry) -> tuple[int, int]:
    return entry.source_first_line or 0, entry.pk
