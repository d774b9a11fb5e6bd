"""The comparison is worth something: with one check of the fast lane taken out, it says so."""

from __future__ import annotations

import pytest

from tests.fastlane import chapters
from tests.fastlane.defects import DEFECTS
from tests.fastlane.story import Story

# Where a defect shows, unless in the forms of one page.
CHAPTERS = {
    "the pass's versions are not compared": chapters.writes,
    "nobody looks at when the token ends": chapters.ends,
    "the copy's versions are not compared": chapters.writes,
    "the limit refuses nobody": chapters.limits,
    "nobody is counted": chapters.limits,
    "the audience is not part of the name": chapters.audiences,
    "the signature is not part of the pass's name": chapters.tokens,
    "`If-None-Match` is not looked at": chapters.conditions,
}

pytestmark = [
    pytest.mark.services(queue=False),
    pytest.mark.django_db,
    pytest.mark.usefixtures("_lasting_connections"),
]


def test_nothing_differs_where_nothing_is_taken_out(settings, on_commit):
    story = Story(1, settings=settings, commit=on_commit)

    *_, told = chapters.told(story)

    assert not told, "\n".join(told[:8])


@pytest.mark.parametrize("defect", DEFECTS)
def test_the_comparison_finds_that(settings, on_commit, monkeypatch, defect):
    story = Story(1, settings=settings, commit=on_commit)

    DEFECTS[defect](monkeypatch)
    CHAPTERS.get(defect, chapters.headers)(story)

    assert story.told
