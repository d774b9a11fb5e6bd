"""What a request finds changed between its first look and its write: never a crash."""

from __future__ import annotations

import pytest

from learnings.models import Bookmark, Challenge, Topic
from learnings.rest.v1.entries import EntryViewSet
from learnings.rest.v1.topics import TopicSerializer
from tests.factories.learnings import ChallengeFactory, TopicFactory

CHALLENGES = "/api/v1/challenges/"


@pytest.fixture
def deleted_once_found(monkeypatch):
    """Let somebody delete each entry right after a view has found it."""
    find = EntryViewSet.get_object

    def found(view):
        entry = find(view)
        Challenge.objects.filter(pk=entry.pk).delete()
        return entry

    monkeypatch.setattr(EntryViewSet, "get_object", found)


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


@pytest.mark.usefixtures("deleted_once_found")
@pytest.mark.parametrize("step", ["submit", "publish", "retract", "delete", "patch", "vote"])
def test_an_entry_deleted_meanwhile_is_not_found(api, learner, other_learner, step):
    author = other_learner if step == "vote" else learner
    address = f"{CHALLENGES}{ChallengeFactory(author=author, published=step == 'vote').pk}/"
    client = api(learner)
    act = {
        "delete": lambda: client.delete(address),
        "patch": lambda: client.patch(address, {"title": "New"}),
        "vote": lambda: client.put(f"{address}vote/"),
    }.get(step, lambda: client.post(f"{address}{step}/"))

    assert code_of(act()) == (404, "not_found")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("deleted_once_found")
def test_a_bookmark_of_an_entry_deleted_meanwhile_is_a_conflict(api, learner, other_learner):
    address = f"{CHALLENGES}{ChallengeFactory(author=other_learner, published=True).pk}/"

    assert code_of(api(learner).put(f"{address}bookmark/")) == (409, "conflict")

    assert not Bookmark.objects.exists()


def test_a_topic_that_another_curator_makes_meanwhile_is_a_conflict(api, curator, monkeypatch):
    check = TopicSerializer.validate_name

    def checked(serializer, name):
        free = check(serializer, name)
        TopicFactory(name=name)
        return free

    monkeypatch.setattr(TopicSerializer, "validate_name", checked)

    answer = api(curator).post(
        "/api/v1/topics/", {"name": "Celery", "kind": "TECHNOLOGY", "slug": "celery-2"}
    )

    assert code_of(answer) == (409, "conflict")
    assert Topic.objects.count() == 1
