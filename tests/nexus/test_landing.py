import re

import pytest
from django.utils import timezone

from accounts.models import Role
from learnings import publishing
from tests.factories.accounts import UserFactory
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def readable(settings):
    """A hub whose published entries anyone may read."""
    settings.PUBLIC_READ = True


def counts(page: str) -> dict[str, int]:
    found = re.findall(r"<dt>(\w+)</dt><dd>([\d,]+)</dd>", page)
    return {name: int(count.replace(",", "")) for name, count in found}


def look(client) -> str:
    answer = client.get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_counts_what_is_published_and_who_is_here(client, learner):
    LearningFactory(author=learner, published=True)
    LearningFactory(author=learner)
    challenge = ChallengeFactory(author=learner, published=True)
    SolutionFactory(author=learner, challenge=challenge, published=True)
    SolutionFactory(author=learner, challenge=ChallengeFactory(author=learner), published=True)
    TopicFactory()
    UserFactory(is_active=False)

    assert counts(look(client)) == {
        "learnings": 1,
        "challenges": 1,
        "solutions": 1,
        "topics": 1,
        "people": 1,
    }


def test_a_publication_shows_at_once(client, learner, curator, on_commit):
    entry = ChallengeFactory(author=learner, in_review=True)
    assert counts(look(client))["challenges"] == 0

    with on_commit():
        publishing.publish(entry, by=curator, at=timezone.now())

    assert counts(look(client))["challenges"] == 1


def test_a_second_look_asks_the_database_nothing(client, readable, django_assert_num_queries):
    ChallengeFactory(published=True)
    look(client)

    with django_assert_num_queries(0):
        look(client)


def test_titles_are_not_for_those_who_may_not_read_them(client, settings):
    ChallengeFactory(published=True, title="Nobody else's business")
    settings.PUBLIC_READ = settings.DEMO = False

    assert "Nobody else" not in look(client)


def test_somebody_signed_in_sees_titles(client, settings):
    settings.PUBLIC_READ = settings.DEMO = False
    ChallengeFactory(published=True, title="A stale cache")
    client.force_login(UserFactory(role=Role.CURATOR))

    assert "A stale cache" in look(client)


def test_the_newest_challenges_come_first_and_drafts_not_at_all(client, readable):
    now = timezone.now()
    for age in range(4):
        published_at = now - timezone.timedelta(days=age)
        ChallengeFactory(published=True, title=f"Aged {age}", published_at=published_at)
    ChallengeFactory(title="Only a draft")

    assert re.findall(r"<h3>(Aged \d|Only.*?)</h3>", look(client)) == ["Aged 0", "Aged 1", "Aged 2"]


def test_a_challenge_said_by_its_title_shows_what_helped(client, readable):
    challenge = ChallengeFactory(published=True, problem="")
    SolutionFactory(challenge=challenge, published=True, accepted=True, body="Turn it **off**.")

    page = look(client)

    assert "What helped:" in page
    assert "Turn it off." in page


def test_what_people_write_stays_text(client, readable):
    ChallengeFactory(
        published=True,
        title="<script>alert(1)</script>",
        problem="`<img src=x onerror=alert(2)>` & more",
    )

    page = look(client)

    assert "<script>" not in page
    assert "<img src=x" not in page
    assert "&lt;img src=x onerror=alert(2)&gt; &amp; more" in page


def test_demo_accounts_are_shown_only_where_they_exist(client, settings):
    settings.DEMO = True
    assert "learner@nexus.demo" in look(client)

    settings.DEMO = False
    assert "nexus.demo" not in look(client)
    assert "nexus-demo" not in look(client)


def test_it_links_everything(client):
    page = look(client)

    documents = ("/swagger/", "/redoc/", "/openapi.json", "/swagger.json", "/docs/errors/")
    for address in (*documents, "/api/v1/", "/admin/", "/readyz", "/metrics"):
        assert f'href="{address}"' in page
        assert client.get(address).status_code in {200, 302, 401}  # the last two ask to sign in


def test_it_needs_nothing_from_elsewhere(client, readable):
    ChallengeFactory(published=True)

    loaded = re.findall(r'(?:src|href)="([^"]+)"', look(client))

    assert loaded
    assert all(address.startswith(("/", "#")) for address in loaded)
