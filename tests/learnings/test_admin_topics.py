"""Topics in the admin site: what READMEs propose comes first, and what is made of it."""

from __future__ import annotations

import pytest
from django.urls import reverse

from learnings import curating
from learnings.models import Topic
from tests.curating import CANARY, queries_of, signed_in, told
from tests.factories.learnings import ChallengeFactory, LearningFactory, TopicFactory

pytestmark = pytest.mark.django_db


def changelist() -> str:
    return reverse("admin:learnings_topic_changelist")


def act(client, action: str, *topics: Topic, **more):
    chosen = {"action": action, "_selected_action": [topic.pk for topic in topics]}
    return client.post(changelist(), {**chosen, **more})


def test_proposed_topics_come_first_with_how_many_entries_name_them(curator):
    TopicFactory(name="Alpha")
    new = TopicFactory(name="Zeta", is_proposed=True)
    ChallengeFactory(topics=[new])
    LearningFactory(topics=[new])

    page = signed_in(curator).get(changelist())

    rows = list(page.context["cl"].result_list)
    assert [(row.name, row.mentions_count) for row in rows] == [("Zeta", 2), ("Alpha", 0)]


def test_a_curator_confirms_what_is_selected(curator):
    new = TopicFactory(is_proposed=True)

    answer = act(signed_in(curator), "confirm_selected", new)

    new.refresh_from_db()
    assert new.is_proposed is False
    assert told(answer) == ["1 confirmed: everybody sees them now."]


def test_a_curator_merges_into_a_topic_of_their_choice(curator):
    redis, new = TopicFactory(name="Redis"), TopicFactory(name=CANARY, is_proposed=True)
    entry = ChallengeFactory(topics=[new])
    client = signed_in(curator)

    asked = act(client, "merge_selected", new)
    assert asked.status_code == 200
    page = asked.content.decode()
    assert "Merge into" in page
    assert CANARY not in page
    assert list(asked.context["form"].fields["into"].queryset) == [redis]

    done = act(client, "merge_selected", new, into=redis.pk)

    assert told(done) == ["1 merged into Redis."]
    assert list(entry.topics.all()) == [redis]
    assert not Topic.objects.filter(pk=new.pk).exists()


def test_a_merge_that_came_too_late_is_told_and_undone(curator, monkeypatch):
    redis, first, gone = (TopicFactory(name=name) for name in ("Redis", "First", "Gone"))
    merge = curating.merge

    def overtaken(topic, *, into):
        Topic.objects.filter(pk=gone.pk).delete()
        return merge(topic, into=into)

    monkeypatch.setattr(curating, "merge", overtaken)
    done = act(signed_in(curator), "merge_selected", first, gone, into=redis.pk)

    assert told(done) == ["“Gone” can be merged only into another, confirmed topic."]
    assert Topic.objects.filter(pk=first.pk).exists()


@pytest.mark.parametrize("into", ["", "0", "x", "itself", "proposed"])
def test_it_asks_again_for_what_cannot_be_merged_into(curator, into):
    chosen, other = TopicFactory(), TopicFactory(is_proposed=True)
    value = {"itself": chosen.pk, "proposed": other.pk}.get(into, into)

    answer = act(signed_in(curator), "merge_selected", chosen, into=value)

    assert answer.status_code == 200
    assert answer.context["form"].errors
    assert Topic.objects.count() == 2


def test_the_list_asks_the_database_as_often_for_many_as_for_one(curator):
    client = signed_in(curator)
    TopicFactory(is_proposed=True)
    one = queries_of(client, changelist())
    TopicFactory.create_batch(30, is_proposed=True)

    assert queries_of(client, changelist()) == one


def test_a_name_that_is_only_spelled_otherwise_is_taken(curator):
    TopicFactory(name="Node.js")
    new = TopicFactory(name="Foo", is_proposed=True)

    address = reverse("admin:learnings_topic_change", args=(new.pk,))
    form = {"name": "NodeJS", "slug": "foo", "kind": "TECHNOLOGY"}
    inline = {"alias_rows-TOTAL_FORMS": 0, "alias_rows-INITIAL_FORMS": 0}
    answer = signed_in(curator).post(address, {**form, **inline})

    assert "“NodeJS” names “Node.js” already." in answer.content.decode()
