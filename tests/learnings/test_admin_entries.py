"""Learnings, challenges and solutions in the admin site: lists, pages, steps, rules."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from learnings.admin.steps import open_steps
from learnings.models import Challenge, Learning, Solution, Status, Topic
from learnings.publishing import NotRetractable
from tests.curating import signed_in, told
from tests.factories.learnings import (
    ChallengeFactory,
    LearningFactory,
    SolutionFactory,
    TopicFactory,
)

pytestmark = pytest.mark.django_db
CHALLENGES = "/admin/learnings/challenge/"
MADE_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
CONFIRMED = {"_form_submitted": "1"}


def page_of(entry, name="change"):
    return reverse(f"admin:learnings_{entry.type_name}_{name}", args=(entry.pk,))


def buttons(client, entry):
    return [button["title"] for button in client.get(page_of(entry)).context["actions_detail"]]


def inline_form():
    return {"solutions-TOTAL_FORMS": 0, "solutions-INITIAL_FORMS": 0}


def listed(client, **parameters):
    return [row.title for row in client.get(CHALLENGES, parameters).context["cl"].result_list]


def run(client, action, *entries, **more):
    ids = [entry.pk for entry in entries]
    address = reverse(f"admin:learnings_{entries[0].type_name}_changelist")
    return client.post(address, {"action": action, "_selected_action": ids, **more})


def test_lists_begin_with_what_is_in_review(curator):
    ChallengeFactory(published=True, title="published")
    ChallengeFactory(in_review=True, title="in review", updated_at=MADE_AT)
    ChallengeFactory(title="draft")

    assert listed(signed_in(curator)) == ["in review", "draft", "published"]


def test_lists_are_filtered_and_searched(curator):
    topic = TopicFactory()
    a = ChallengeFactory(in_review=True, title="a", topics=[topic], created_at=MADE_AT)
    ChallengeFactory(title="b", problem="Where is the kettle?", published=True)
    client = signed_in(curator)

    assert listed(client, status__exact="IN_REVIEW") == ["a"]
    assert listed(client, topics__id__exact=topic.pk) == ["a"]
    assert listed(client, author__id__exact=a.author.pk) == ["a"]
    assert listed(client, created_at_from="2026-01-05", created_at_to="2026-01-05") == ["a"]
    assert listed(client, created_at_from="2026-01-06") == ["b"]
    assert listed(client, created_at_from="the day before") == ["a", "b"]
    assert listed(client, q="KETTLE") == ["b"]


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        (Status.DRAFT, []),
        (Status.IN_REVIEW, ["Publish", "Reject…", "Retract"]),
        (Status.PUBLISHED, ["Retract"]),
        (Status.REJECTED, []),
        (Status.RETRACTED, []),
    ],
)
def test_a_page_has_the_buttons_of_its_state(curator, status, steps):
    trait = {} if status == Status.DRAFT else {status.lower(): True}

    assert buttons(signed_in(curator), ChallengeFactory(**trait)) == steps


def test_an_own_entry_has_the_buttons_of_an_author(curator):
    client = signed_in(curator)
    draft = LearningFactory(author=curator)
    waiting = LearningFactory(author=curator, in_review=True)

    assert buttons(client, draft) == ["Submit for review"]
    assert buttons(client, waiting) == ["Retract"]

    curator.user_permissions.add(Permission.objects.get(codename="publish_own"))
    assert buttons(client, draft) == ["Submit for review", "Publish"]


def test_solutions_are_accepted_only_where_readers_see_them(curator):
    shown = SolutionFactory(published=True)
    hidden = SolutionFactory(published=True, challenge=ChallengeFactory(retracted=True))
    early = SolutionFactory(in_review=True, challenge=ChallengeFactory(in_review=True))

    assert open_steps(shown, curator) == {"accept", "retract"}
    assert open_steps(hidden, curator) == {"retract"}
    assert open_steps(early, curator) == {"reject", "retract"}


def test_opening_a_dialog_changes_nothing(curator):
    """A step must not be taken by a link, which a foreign page could lead to."""
    entry = ChallengeFactory(in_review=True)
    client = signed_in(curator)

    for name in ("publish", "reject", "retract"):
        assert client.get(page_of(entry, name)).status_code == 200

    entry.refresh_from_db()
    assert entry.status == Status.IN_REVIEW


def test_an_entry_is_published_from_its_page(curator):
    entry = ChallengeFactory(in_review=True)

    answer = signed_in(curator).post(page_of(entry, "publish"), CONFIRMED)

    entry.refresh_from_db()
    assert entry.status == Status.PUBLISHED
    assert (answer["Location"], told(answer)) == (page_of(entry), ["1 entry published."])


def test_after_a_dialog_the_page_on_which_it_was_opened_is_loaded_again(curator):
    entry = SolutionFactory(published=True)
    here = page_of(entry.challenge)
    client = signed_in(curator)

    def go_back_to(address):
        headers = {"HX-Request": "true", "HX-Current-URL": address}
        return client.post(page_of(entry, "accept"), CONFIRMED, headers=headers)["HX-Redirect"]

    assert go_back_to(f"https://testserver{here}?x=1") == f"{here}?x=1"
    assert go_back_to("https://elsewhere.example//admin.elsewhere.example/") == page_of(entry)
    entry.refresh_from_db()
    assert entry.accepted


def test_an_entry_is_rejected_from_its_page_for_a_reason_only(curator):
    entry = ChallengeFactory(in_review=True)
    client = signed_in(curator)

    form = client.post(page_of(entry, "reject"), {**CONFIRMED, "reason": " "})
    assert "This field is required." in form.content.decode()
    client.post(page_of(entry, "reject"), {**CONFIRMED, "reason": "Which version?"})

    entry.refresh_from_db()
    assert (entry.status, entry.review_reason) == (Status.REJECTED, "Which version?")


def test_a_step_that_came_too_late_is_refused_with_its_sentence(curator):
    entry = ChallengeFactory(retracted=True)

    answer = signed_in(curator).post(page_of(entry, "retract"), CONFIRMED)

    assert told(answer) == [
        f"Not retracted: {entry}. {NotRetractable.__doc__} This one is retracted."
    ]


def test_many_are_published_from_the_list_by_the_rules(curator):
    good, own = LearningFactory(in_review=True), LearningFactory(in_review=True, author=curator)

    answer = run(signed_in(curator), "publish_selected", good, own)

    assert told(answer) == [
        "1 entry published.",
        f"Not published: {own}. Your own entries are published by somebody else.",
    ]
    assert Learning.objects.filter(status=Status.PUBLISHED).get() == good


def test_many_are_rejected_from_the_list_after_a_reason_was_asked_for(curator):
    entries = LearningFactory.create_batch(2, in_review=True)
    client = signed_in(curator)

    question = run(client, "reject_selected", *entries)
    assert "These go back to their authors" in question.content.decode()
    assert not Learning.objects.filter(status=Status.REJECTED).exists()
    run(client, "reject_selected", *entries, reason="Too short.", **CONFIRMED)

    assert Learning.objects.filter(status=Status.REJECTED).count() == 2


def test_there_is_no_way_around_the_rules_of_deletion(curator):
    kept, gone = LearningFactory(published=True), LearningFactory(retracted=True)
    client = signed_in(curator)

    offered = client.get("/admin/learnings/learning/").context["action_form"].fields["action"]
    assert "delete_selected" not in dict(offered.choices)
    run(client, "delete_selected", kept, post="yes")
    assert client.post(page_of(kept, "delete"), {"post": "yes"}).status_code == 403
    client.post(page_of(gone, "delete"), {"post": "yes"})

    assert list(Learning.objects.all()) == [kept]


def test_a_curator_mends_the_text_of_a_published_entry(curator):
    entry = ChallengeFactory(published=True, problem="Old.", updated_at=MADE_AT)
    topic = TopicFactory()
    form = {"title": "New title", "problem": "*New.*", "topics": [topic.pk], **inline_form()}

    signed_in(curator).post(page_of(entry), form | {"status": "RETRACTED", "votes_count": 9})

    entry.refresh_from_db()
    assert (entry.title, entry.problem_html) == ("New title", "<p><em>New.</em></p>\n")
    assert list(entry.topics.all()) == [topic]
    assert entry.updated_at > MADE_AT
    assert (entry.status, entry.votes_count) == (Status.PUBLISHED, 0)


def test_an_entry_made_here_is_a_draft_of_whoever_made_it(curator, learner):
    form = {"title": "New", "problem": "", "author": learner.pk, "status": "PUBLISHED"}

    signed_in(curator).post(reverse("admin:learnings_challenge_add"), form | inline_form())

    made = Challenge.objects.get()
    assert (made.author, made.status) == (curator, Status.DRAFT)


def test_a_solution_made_here_needs_a_published_challenge(curator):
    add = reverse("admin:learnings_solution_add")
    client = signed_in(curator)

    refused = client.post(add, {"challenge": ChallengeFactory().pk, "body": "Do this."})
    client.post(add, {"challenge": ChallengeFactory(published=True).pk, "body": "Do that."})

    assert "Only a published challenge takes solutions." in refused.content.decode()
    assert Solution.objects.get().body == "Do that."


def test_a_challenge_shows_its_solutions_and_offers_to_accept_them(curator):
    challenge = ChallengeFactory(published=True)
    accepted = SolutionFactory(challenge=challenge, published=True, accepted=True, body="First.")
    other = SolutionFactory(challenge=challenge, published=True, body="Second.")
    draft = SolutionFactory(challenge=challenge, body="Third.")

    page = signed_in(curator).get(page_of(challenge)).content.decode()

    assert all(text in page for text in ("First.", "Second.", "Third.", "✓ accepted"))
    assert page_of(other, "accept") in page
    assert page_of(accepted, "accept") not in page
    assert page_of(draft, "accept") not in page


def test_two_topics_cannot_have_one_name(curator):
    TopicFactory(name="PostgreSQL")
    aliases = {"alias_rows-TOTAL_FORMS": 1, "alias_rows-INITIAL_FORMS": 0}
    client, add = signed_in(curator), reverse("admin:learnings_topic_add")
    form = {"slug": "pg", "kind": "TECHNOLOGY", **aliases}

    same = client.post(add, form | {"name": "postgresql"})
    alias = client.post(add, form | {"name": "Databases", "alias_rows-0-name": "POSTGRESQL"})

    assert "“postgresql” names “PostgreSQL” already." in same.content.decode()
    assert "“POSTGRESQL” names a topic already." in alias.content.decode()


def test_an_alias_is_given_once(curator):
    rows = {"alias_rows-TOTAL_FORMS": 2, "alias_rows-INITIAL_FORMS": 0}
    names = {"alias_rows-0-name": "pg", "alias_rows-1-name": "PG"}
    form = {"name": "PostgreSQL", "slug": "pg", "kind": "TECHNOLOGY", **rows}
    client, add = signed_in(curator), reverse("admin:learnings_topic_add")

    twice = client.post(add, form | names)

    assert "Given twice." in twice.content.decode()
    assert not Topic.objects.exists()
    assert client.post(add, form | names | {"alias_rows-1-name": "postgres"}).status_code == 302
