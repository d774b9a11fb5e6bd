"""Edits of rows that somebody deletes at the same moment: nothing comes back to life."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.rest.v1.profiles import MeView
from learnings.leaving import leave
from learnings.models import Topic
from learnings.rest.v1.topics import TopicSerializer
from tests.factories.learnings import LearningFactory, TopicFactory


@pytest.fixture
def just_before_saving(monkeypatch):
    """`just_before_saving(serializer, happens)`: between finding a row and saving it."""

    def arrange(serializer, happens):
        update = serializer.update

        def late(self, instance, validated_data):
            happens(type(instance).objects.get(pk=instance.pk))
            return update(self, instance, validated_data)

        monkeypatch.setattr(serializer, "update", late)

    return arrange


def test_an_edit_of_a_topic_that_was_deleted_meanwhile_is_404(api, curator, just_before_saving):
    topic = TopicFactory()
    just_before_saving(TopicSerializer, lambda row: row.delete())

    answer = api(curator).patch(f"/api/v1/topics/{topic.slug}/", {"name": "Other"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert not Topic.objects.filter(name="Other").exists()


@pytest.mark.parametrize("has_published", [True, False])
def test_nobody_gets_a_name_again_who_left_meanwhile(api, learner, monkeypatch, has_published):
    if has_published:
        LearningFactory(published=True, author=learner)
    client = api(learner)
    find = MeView.get_object

    def find_and_leave(self):
        found = find(self)
        leave(User.objects.get(pk=found.pk), at=timezone.now())
        return found

    monkeypatch.setattr(MeView, "get_object", find_and_leave)
    answer = client.patch("/api/v1/me/", {"display_name": "Other"})
    assert (answer.status_code, answer.json()["code"]) == (401, "token_refused")
    assert not User.objects.filter(display_name="Other").exists()
