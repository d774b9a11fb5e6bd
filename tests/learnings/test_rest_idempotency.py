"""Requests that may be repeated: one key, one effect, one answer."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from foundation import tasks
from foundation.http import idempotency
from foundation.models import KeptAnswer, ScheduleSlot
from learnings.models import ImportRun, Learning
from learnings.rest.v1.entries import LearningViewSet
from learnings.rest.v1.serializers import LearningSerializer
from tests.factories.accounts import UserFactory
from tests.factories.learnings import ChallengeFactory, LearningFactory
from tests.together import together

LEARNINGS = "/api/v1/learnings/"
IMPORTS = "/api/v1/imports/"
BODY = {"kind": "CONCEPT", "title": "Row locks"}


def key(text: str = "one") -> dict[str, dict[str, str]]:
    return {"headers": {"idempotency-key": text}}


def code_of(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def same(answer) -> tuple:
    return (
        answer.status_code, answer.content, answer["Content-Type"], answer.get("Location"),
        answer.get("ETag"),
    )  # fmt: skip


class TestRepeating:
    def test_a_repeated_request_gets_the_same_answer_and_makes_nothing(self, api, learner):
        client = api(learner)
        first = client.post(LEARNINGS, BODY, **key())

        again = client.post(LEARNINGS, BODY, **key())

        assert first.status_code == 201
        assert same(again) == same(first)
        assert first["ETag"] == client.get(first["Location"])["ETag"]
        assert again["Idempotency-Replayed"] == "true"
        assert "Idempotency-Replayed" not in first
        assert Learning.objects.count() == 1

    def test_without_a_key_each_request_makes_its_own(self, api, learner):
        for _time in range(2):
            api(learner).post(LEARNINGS, BODY)
        assert Learning.objects.count() == 2

    def test_the_order_of_a_bodys_keys_does_not_matter(self, api, learner):
        client = api(learner)
        for body in ('{"kind": "CONCEPT", "title": "x"}', '{"title":"x","kind":"CONCEPT"}'):
            answer = client.post(LEARNINGS, body, content_type="application/json", **key())
            assert answer.status_code == 201
        assert Learning.objects.count() == 1

    def test_a_step_is_answered_again_though_it_could_not_be_taken_again(self, api, learner):
        entry = LearningFactory(author=learner)
        client = api(learner)
        first = client.post(f"{entry.address}submit/", **key())
        assert code_of(client.post(f"{entry.address}submit/")) == (409, "not_submittable")

        again = client.post(f"{entry.address}submit/", **key())

        assert (again.status_code, same(again)) == (200, same(first))

    def test_an_answer_without_a_body_is_repeated_without_one(self, api, learner):
        client = api(learner)
        body = {"all": True}
        answers = [client.post("/api/v1/notifications/read/", body, **key()) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [204, 204]
        assert answers[1].content == b""
        assert ("Content-Type" in answers[0]) == ("Content-Type" in answers[1])

    def test_it_is_answered_again_after_the_entry_was_deleted(self, api, learner):
        client = api(learner)
        first = client.post(LEARNINGS, BODY, **key())
        client.delete(first["Location"])

        assert same(client.post(LEARNINGS, BODY, **key())) == same(first)
        assert not Learning.objects.exists()

    def test_it_is_answered_again_though_the_entry_was_edited_since(self, api, learner):
        client = api(learner)
        entry = LearningFactory(author=learner)
        headers = {"idempotency-key": "one", "if-match": '"1.x"'}
        first = client.post(f"{entry.address}submit/", headers=headers)
        assert first.status_code == 200
        assert same(client.post(f"{entry.address}submit/", headers=headers)) == same(first)

    def test_an_import_is_taken_once(self, api, learner, rings, on_commit):
        client = api(learner)
        text = "# Challenges\n\n**Challenge:** <b>\u2028 & it broke.\n"
        with on_commit():
            first = client.post(IMPORTS, {"text": text}, **key())
            again = client.post(IMPORTS, {"text": text}, **key())
        assert (first.status_code, same(again)) == (202, same(first))
        assert ImportRun.objects.count() == 1
        assert [task for task, _message in rings].count("learnings.run_import") == 1

    def test_a_form_is_known_by_what_it_holds(self, api, learner):
        client = api(learner)

        def send(content: bytes):
            file = SimpleUploadedFile("README.md", content)
            return client.post(IMPORTS, {"file": file}, format="multipart", **key())

        first = send(b"# Mine\n")
        assert first.status_code == 202
        assert same(send(b"# Mine\n")) == same(first)
        assert code_of(send(b"# Other\n")) == (422, "idempotency_key_reused")
        assert bytes(ImportRun.objects.get().content) == b"# Mine\n"

    def test_a_preview_is_kept_too(self, api, learner):
        client = api(learner)
        answers = [
            client.post(f"{IMPORTS}?preview=true", {"text": "# Mine"}, **key()) for _ in range(2)
        ]
        assert answers[0].status_code == 200
        assert same(answers[0]) == same(answers[1])


class TestRefusing:
    @pytest.mark.parametrize("text", ["", "a b", "x" * 256, "naïve", "tab\there"])
    def test_a_key_is_1_to_255_visible_characters(self, api, learner, text):
        answer = api(learner).post(LEARNINGS, BODY, **key(text))
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["parameter"] == "Idempotency-Key"
        assert not Learning.objects.exists()

    def test_the_longest_key_is_good(self, api, learner):
        assert api(learner).post(LEARNINGS, BODY, **key("~" * 255)).status_code == 201

    def test_a_key_names_one_request(self, api, learner):
        client = api(learner)
        challenge = ChallengeFactory(published=True)
        client.post(LEARNINGS, BODY, **key())
        for answer in (
            client.post(LEARNINGS, {**BODY, "title": "Other"}, **key()),
            client.post(f"{challenge.address}solutions/", BODY, **key()),
        ):
            assert code_of(answer) == (422, "idempotency_key_reused")
        assert Learning.objects.count() == 1

    def test_keys_of_two_people_have_nothing_to_do_with_each_other(
        self, api, learner, other_learner
    ):
        answers = [api(user).post(LEARNINGS, BODY, **key()) for user in (learner, other_learner)]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert Learning.objects.count() == 2

    def test_a_refusal_is_not_kept(self, api, learner):
        client = api(learner)
        assert client.post(LEARNINGS, {"kind": "CONCEPT"}, **key()).status_code == 400
        assert not KeptAnswer.objects.exists()

        assert client.post(LEARNINGS, BODY, **key()).status_code == 201

    def test_what_breaks_in_the_middle_leaves_nothing(self, api, learner, monkeypatch):
        client = api(learner)
        client.raise_request_exception = False

        def broken(*_arguments):
            raise RuntimeError

        with monkeypatch.context() as patched:
            patched.setattr(LearningSerializer, "to_representation", broken)
            assert client.post(LEARNINGS, BODY, **key()).status_code == 500
        assert not Learning.objects.exists()
        assert not KeptAnswer.objects.exists()

        assert client.post(LEARNINGS, BODY, **key()).status_code == 201

    def test_a_body_that_cannot_be_read_is_refused_as_ever(self, api, learner):
        client = api(learner)
        for body, status in (("{", 400), ("[" * 50_000, 400), ("[" * 900 + "]" * 900, 400)):
            answer = client.post(LEARNINGS, body, content_type="application/json", **key())
            assert answer.status_code == status
        answer = client.post(LEARNINGS, "x", content_type="text/plain", **key())
        assert answer.status_code == 415
        odd = '{"kind": "CONCEPT", "title": "\\ud800 \\u0000"}'
        answer = client.post(LEARNINGS, odd, content_type="application/json", **key())
        assert answer.status_code == 400

    def test_a_replay_needs_a_token(self, api, learner):
        api(learner).post(LEARNINGS, BODY, **key())
        assert api().post(LEARNINGS, BODY, **key()).status_code == 401

    def test_where_tokens_are_given_out_no_answer_is_kept(self, api, learner):
        learner.set_password("a rather long passphrase")
        learner.save()
        body = {"email": learner.email, "password": "a rather long passphrase"}
        for _time in range(2):
            answer = api(learner).post("/api/v1/auth/token/", body, **key())
            assert answer.status_code == 200
            assert "Idempotency-Replayed" not in answer
        assert not KeptAnswer.objects.exists()


class TestForgetting:
    def test_after_a_day_the_key_is_free(self, api, learner):
        client = api(learner)
        client.post(LEARNINGS, BODY, **key())
        with time_machine.travel(timezone.now() + timedelta(hours=23, minutes=59), tick=False):
            answer = api(learner).post(LEARNINGS, BODY, **key())
            assert answer["Idempotency-Replayed"] == "true"
        with time_machine.travel(timezone.now() + timedelta(hours=24), tick=False):
            answer = api(learner).post(LEARNINGS, {**BODY, "title": "Other"}, **key())
            assert answer.status_code == 201
            assert same(api(learner).post(LEARNINGS, {**BODY, "title": "Other"}, **key())) == same(
                answer
            )
        assert (Learning.objects.count(), KeptAnswer.objects.count()) == (2, 1)

    def test_once_a_day_old_answers_are_deleted(self, api, learner):
        client = api(learner)
        client.post(LEARNINGS, BODY, **key("old"))
        KeptAnswer.objects.update(made_at=timezone.now() - timedelta(hours=25))
        client.post(LEARNINGS, BODY, **key("new"))

        tasks.forget()

        assert [kept.key for kept in KeptAnswer.objects.all()] == ["new"]
        assert ScheduleSlot.objects.filter(job="forget").exists()

    def test_answers_go_with_their_person(self, api, db):
        person = UserFactory()
        api(person).post(LEARNINGS, BODY, **key())
        person.delete()
        assert not KeptAnswer.objects.exists()


@pytest.mark.django_db(transaction=True)
class TestTwins:
    def test_twenty_at_once_make_one_entry_and_get_one_answer(self, api, learner):
        clients = [api(learner) for _ in range(20)]

        answers = together(
            *(lambda client=client: client.post(LEARNINGS, BODY, **key()) for client in clients)
        )

        assert {answer.status_code for answer in answers} == {201}
        assert len({same(answer) for answer in answers}) == 1
        assert sum("Idempotency-Replayed" in answer for answer in answers) == 19
        assert Learning.objects.count() == KeptAnswer.objects.count() == 1

    def test_twenty_at_once_with_an_old_key_make_one_entry(self, api, learner):
        api(learner).post(LEARNINGS, BODY, **key())
        KeptAnswer.objects.update(made_at=timezone.now() - timedelta(hours=25))
        clients = [api(learner) for _ in range(20)]

        answers = together(
            *(lambda client=client: client.post(LEARNINGS, BODY, **key()) for client in clients)
        )

        assert len({same(answer) for answer in answers}) == 1
        assert Learning.objects.count() == 2

    @pytest.fixture
    def slow(self, monkeypatch):
        """Let the first of all posts take its time, until the fixture's event is set."""
        begun, go_on = threading.Event(), threading.Event()
        create = LearningViewSet.create

        def created(view, request, **kwargs):
            answer = create(view, request, **kwargs)
            if not begun.is_set():
                begun.set()
                go_on.wait(15)
            return answer

        monkeypatch.setattr(LearningViewSet, "create", created)
        return begun, go_on

    def test_a_twin_of_one_that_takes_too_long_is_told_to_come_again(
        self, api, learner, slow, monkeypatch
    ):
        monkeypatch.setattr(idempotency, "PATIENCE", 1)
        begun, go_on = slow
        first_client, client = api(learner), api(learner)
        waited = []

        def twin():
            begun.wait(10)
            started = time.monotonic()
            answer = client.post(LEARNINGS, BODY, **key())
            waited.append(time.monotonic() - started)
            go_on.set()
            return answer

        first, second = together(lambda: first_client.post(LEARNINGS, BODY, **key()), twin)

        assert first.status_code == 201
        assert code_of(second) == (409, "still_running")
        assert int(second["Retry-After"]) >= 1
        assert 0.9 < waited[0] < 5
        assert same(client.post(LEARNINGS, BODY, **key())) == same(first)

    def test_patience_with_a_twin_ends_with_the_waiting(self, api, learner):
        seen = []
        create = LearningViewSet.create

        def created(view, request, **kwargs):
            with connection.cursor() as cursor:
                if connection.vendor == "postgresql":
                    cursor.execute("SHOW lock_timeout")
                else:
                    cursor.execute("PRAGMA busy_timeout")
                seen.append(cursor.fetchone()[0])
            return create(view, request, **kwargs)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(LearningViewSet, "create", created)
            api(learner).post(LEARNINGS, BODY)
            api(learner).post(LEARNINGS, BODY, **key())

        assert seen[0] == seen[1]

    def test_a_worker_is_rung_once(self, api, learner, rings):
        clients = [api(learner) for _ in range(4)]
        answers = together(
            *(
                lambda client=client: client.post(IMPORTS, {"text": "# Mine"}, **key())
                for client in clients
            )
        )
        assert {answer.status_code for answer in answers} == {202}
        assert len(rings) == 1
