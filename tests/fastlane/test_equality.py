"""Whatever is asked, by whomever, with whatever writes between: the fast lane changes nothing."""

from __future__ import annotations

import os

import pytest

from tests.fastlane.story import Story

REQUESTS = int(os.environ.get("NEXUS_EQUALITY_REQUESTS", "1000"))
SEED = int(os.environ.get("NEXUS_EQUALITY_SEED", "5"))


@pytest.mark.services(queue=False)
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_lasting_connections")
def test_django_alone_and_behind_the_fast_lane_answer_alike(settings):
    story = Story(SEED, settings=settings)

    told = story.run(REQUESTS)

    assert not told, f"{len(told)} differences, such as:\n" + "\n".join(told[:8])
    # And it was the fast lane that answered: most of all, without asking Django.
    assert story.rig.hits >= REQUESTS * 0.4
    assert story.written >= REQUESTS / 40
