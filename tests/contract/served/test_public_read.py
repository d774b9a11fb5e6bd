"""Public read: closed unless the hub's owner opened it, and then for what is published only."""

from __future__ import annotations

import pytest

from tests.factories.learnings import ChallengeFactory, LearningFactory, SolutionFactory

FACTORIES = {"learnings": LearningFactory, "challenges": ChallengeFactory,
             "solutions": SolutionFactory}  # fmt: skip
OPENED = ["learnings/", "challenges/", "solutions/", "topics/", "search/?q=concept",
          "challenges/similar/?q=connection refused", "learnings/?page=1"]  # fmt: skip
STAYS_CLOSED = ["me/", "me/entries/", "me/bookmarks/", "me/votes/", "me/tokens/", "me/export/",
            "imports/", "sources/", "notifications/", "subscriptions/", "revisions/",
            "users/", "cohorts/"]  # fmt: skip


@pytest.fixture(scope="module")
def entries(hub):
    """A published and a hidden entry of each kind, as their paths."""
    return {
        name: [
            f"{name}/{factory(author=hub.people['author'], **traits).pk}/"
            for traits in ({"published": True}, {})
        ]
        for name, factory in FACTORIES.items()
    }


@pytest.fixture
def opened(settings) -> None:
    settings.PUBLIC_READ = True


@pytest.mark.parametrize("path", OPENED)
def test_a_hub_is_closed_unless_it_was_opened(hub, path):
    assert hub.anonymous.get(path).code == (401, "not_authenticated")


@pytest.mark.parametrize("path", OPENED)
def test_opened_lists_are_read_by_anybody_and_are_public(hub, opened, entries, path):
    answer = hub.anonymous.get(path)

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert "authorization" in answer.headers["Vary"].lower()


@pytest.mark.parametrize("name", FACTORIES)
def test_anybody_reads_what_is_published_and_nothing_else(hub, opened, entries, name):
    published, hidden = entries[name]

    assert hub.anonymous.get(published).status == 200
    assert hub.anonymous.get(hidden).code == (404, "not_found")
    assert hub.anonymous.get(f"{name}/").ids == hub.author.get(f"{name}/").ids
    assert hub.anonymous.get(f"{name}/?status=DRAFT").status in {200, 401}
    assert hub.anonymous.get(f"{name}/?author=me").code == (401, "not_authenticated")


@pytest.mark.parametrize("path", STAYS_CLOSED)
def test_what_is_personal_or_about_people_stays_closed(hub, opened, path):
    assert hub.anonymous.get(path).code == (401, "not_authenticated")


@pytest.mark.parametrize("name", FACTORIES)
def test_nobody_writes_without_a_token(hub, opened, entries, name):
    published, _ = entries[name]
    asked = [("POST", f"{name}/"), ("PATCH", published), ("DELETE", published),
             ("POST", f"{published}publish/"), ("PUT", f"{published}vote/")]  # fmt: skip
    for method, path in asked:
        assert hub.anonymous.ask(method, path, {}).code == (401, "not_authenticated"), path


def test_a_bad_token_is_refused_even_where_none_is_needed(hub, opened):
    answer = hub.anonymous.get("learnings/", Authorization="Bearer x.y.z")
    assert answer.code == (401, "token_refused")


def test_a_shared_answer_is_remembered_for_all_but_labelled_for_each(hub, opened, entries):
    first, second = hub.anonymous.get("learnings/"), hub.author.get("learnings/")

    assert (first.headers["X-Cache"], second.headers["X-Cache"]) == ("MISS", "HIT")
    assert (first.headers["Cache-Control"], second.headers["Cache-Control"]) == (
        "public, no-cache", "private, no-cache"
    )  # fmt: skip
    assert first.body == second.body
