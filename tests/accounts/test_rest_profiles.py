"""One's own profile and everybody's public one, over HTTP."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories.accounts import CohortFactory, MembershipFactory, UserFactory
from tests.problems import culprits

ME = "/api/v1/me/"
USERS = "/api/v1/users/"
PUBLIC_FIELDS = {"id", "display_name", "track", "bio", "github_url", "role", "joined_at"}


def names(response):
    assert response.status_code == 200
    return [user["display_name"] for user in response.json()["results"]]


# --- me/ --------------------------------------------------------------------------------------


def test_people_read_and_change_their_own_profile(api, learner, on_commit):
    client = api(learner)
    assert client.get(ME).json()["email"] == "lena@example.org"

    with on_commit():
        changed = client.patch(ME, {"bio": "I break things.", "github_url": "https://github.com/l"})

    assert changed.status_code == 200
    assert changed.json() == client.get(ME).json()
    assert set(changed.json()) == PUBLIC_FIELDS | {"email"}
    assert changed.json()["bio"] == "I break things."
    assert changed["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize("name", ["id", "email", "role", "joined_at"])
def test_what_the_hub_decides_is_refused_by_name(api, learner, name):
    refused = api(learner).patch(ME, {name: "ADMIN", "bio": "new"})

    assert refused.status_code == 400
    assert culprits(refused) == {(f"/{name}", "read_only")}
    learner.refresh_from_db()
    assert learner.bio == ""


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        ({"display_name": "  "}, ("/display_name", "blank")),
        ({"display_name": "x" * 81}, ("/display_name", "max_length")),
        ({"display_name": None}, ("/display_name", "null")),
        ({"track": "SIDEWAYS"}, ("/track", "invalid_choice")),
        ({"bio": "x" * 2001}, ("/bio", "max_length")),
        ({"github_url": "https://example.org/lena"}, ("/github_url", "not_github")),
        ({"github_url": "javascript:alert(1)"}, ("/github_url", "not_github")),
        ({"password": "another one altogether"}, ("/password", "unknown")),
    ],
)
def test_a_bad_change_is_refused_and_changes_nothing(api, learner, change, culprit):
    before = User.objects.filter(pk=learner.pk).values().get()

    refused = api(learner).patch(ME, change)

    assert refused.status_code == 400
    assert culprit in culprits(refused)
    assert User.objects.filter(pk=learner.pk).values().get() == before


def test_a_change_of_the_profile_undoes_nothing_that_happens_meanwhile(api, learner, monkeypatch):
    """Deactivation between reading the row and writing it must stay."""
    save = User.save

    def deactivated_first(self, **kwargs):
        User.objects.filter(pk=self.pk).update(is_active=False)
        save(self, **kwargs)

    client = api(learner)
    monkeypatch.setattr(User, "save", deactivated_first)
    assert client.patch(ME, {"bio": "new"}).status_code == 200

    learner.refresh_from_db()
    assert (learner.bio, learner.is_active) == ("new", False)


@pytest.mark.parametrize("method", ["put", "post"])
def test_other_methods_are_not_allowed(api, learner, method):
    refused = getattr(api(learner), method)(ME, {})

    assert refused.status_code == 405
    assert refused.json()["code"] == "method_not_allowed"


# --- users/ -----------------------------------------------------------------------------------


def test_public_profiles_hold_no_address(api, learner, curator):
    listed = api(learner).get(USERS).json()["results"]
    single = api(learner).get(f"{USERS}{curator.pk}/").json()

    assert [set(user) for user in listed] == [PUBLIC_FIELDS] * 2
    assert single == listed[0]
    assert (single["role"], single["joined_at"][-1]) == ("CURATOR", "Z")


@pytest.mark.parametrize("path", [ME, USERS])
def test_nobody_reads_people_without_a_token(api, db, path):
    refused = api().get(path)

    assert refused.status_code == 401
    assert refused.json()["code"] == "not_authenticated"
    assert refused["WWW-Authenticate"].startswith("Bearer")


def test_deactivated_people_are_invisible_but_to_curators(api, learner, other_learner, curator):
    other_learner.is_active = False
    other_learner.save()
    gone = f"{USERS}{other_learner.pk}/"

    refused, missing = api(learner).get(gone), api(learner).get(f"{USERS}999999/")

    assert refused.status_code == missing.status_code == 404
    unlike = {"instance", "request_id"}
    assert {k: v for k, v in refused.json().items() if k not in unlike} == {
        k: v for k, v in missing.json().items() if k not in unlike
    }
    assert api(curator).get(gone).status_code == 200
    # The list is shared, so not even a curator finds them there.
    assert names(api(curator).get(USERS)) == ["Cora Curator", "Lena Learner"]


def test_people_are_paged_newest_first_without_gaps_or_repeats(api, learner):
    for number in range(5):
        UserFactory(display_name=f"N{number}", joined_at=learner.joined_at)  # all tied
    client = api(learner)
    seen, address = [], f"{USERS}?page_size=2"
    while address:
        page = client.get(address).json()
        seen += [user["id"] for user in page["results"]]
        address = page["next"]

    assert seen == list(User.objects.order_by("-joined_at", "-id").values_list("pk", flat=True))


def test_people_are_found_by_track_cohort_and_name(api, learner):
    client = api(learner)
    nina = UserFactory(display_name="Nina Newcomer", track="FRONTEND")
    cohort = CohortFactory(slug="spring")
    MembershipFactory(cohort=cohort, user=nina)
    CohortFactory(slug="empty")

    assert names(client.get(f"{USERS}?track=FRONTEND")) == ["Nina Newcomer"]
    assert names(client.get(f"{USERS}?cohort=spring")) == ["Nina Newcomer"]
    assert names(client.get(f"{USERS}?cohort=empty")) == []
    assert names(client.get(f"{USERS}?search=NEWC")) == ["Nina Newcomer"]
    assert names(client.get(f"{USERS}?search=%25")) == []


@pytest.mark.parametrize(
    ("query", "culprit"),
    [
        ("trak=FRONTEND", ("trak", "unknown")),
        ("track=SIDEWAYS", ("track", "invalid")),
        ("cohort=nowhere", ("cohort", "invalid")),
        ("ordering=email", ("ordering", "unknown")),
        ("page_size=101", ("page_size", "invalid")),
        ("page_size=0", ("page_size", "invalid")),
        ("cursor=nonsense", ("cursor", "invalid")),
        ("search=nul%00", ("search", "invalid")),
    ],
)
def test_a_bad_parameter_is_named(api, learner, query, culprit):
    refused = api(learner).get(f"{USERS}?{query}")

    assert refused.status_code == 400
    assert culprits(refused) == {culprit}


@pytest.mark.parametrize("key", ["abc", "99999999999999999999999", "-1", "1.5"])
def test_what_is_no_id_leads_nowhere(api, learner, key):
    assert api(learner).get(f"{USERS}{key}/").status_code == 404


def count_queries(client, path):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_a_list_of_fifty_costs_as_many_queries_as_a_list_of_one(api, learner, on_commit):
    client = api(learner)
    client.get(ME)  # from here on the reader is remembered
    one = count_queries(client, f"{USERS}?page_size=50")
    with on_commit():
        for number in range(49):
            UserFactory(display_name=f"N{number}")

    fifty = count_queries(client, f"{USERS}?page_size=50")

    assert len(client.get(f"{USERS}?page_size=50").json()["results"]) == 50
    assert one == fifty == 2  # people and their groups


def test_the_second_reader_of_a_list_costs_no_query(
    api, learner, other_learner, django_assert_num_queries
):
    first, second = api(learner), api(other_learner)
    second.get(ME)
    missed = first.get(USERS)

    with django_assert_num_queries(0):
        hit = second.get(USERS)

    assert (missed["X-Cache"], hit["X-Cache"]) == ("MISS", "HIT")
    assert hit.content == missed.content
    assert hit["Cache-Control"] == "private, no-cache"


def test_a_changed_profile_shows_at_once(api, learner, other_learner, on_commit):
    client = api(learner)
    client.get(USERS)

    with on_commit():
        api(other_learner).patch(ME, {"display_name": "Omar Renamed"})

    after = client.get(USERS)
    assert after["X-Cache"] == "MISS"
    assert names(after) == ["Omar Renamed", "Lena Learner"]


def test_a_cached_list_is_kept_from_those_who_lost_their_access(api, learner, other, on_commit):
    client = api(other)
    client.get(USERS)
    assert client.get(USERS)["X-Cache"] == "HIT"

    with on_commit():
        other.is_active = False
        other.save()

    assert client.get(USERS).status_code == 401


@pytest.fixture
def other(other_learner):
    return other_learner


# --- Input that is not what it should be ------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "media_type", "status", "code"),
    [
        (b'{"bio": ', "application/json", 400, "malformed"),
        (b"[" * 100_000, "application/json", 400, "malformed"),
        (b"\xff\xfe", "application/json", 400, "malformed"),
        (b"[]", "application/json", 400, "invalid"),
        (b'"text"', "application/json", 400, "invalid"),
        (b'{"bio": "' + b"x" * 1024 * 1024 + b'"}', "application/json", 413, "too_large"),
        (b"bio=new", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
        (b"<bio/>", "text/xml", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(api, learner, body, media_type, status, code):
    refused = api(learner).patch(ME, body, content_type=media_type)

    assert refused.status_code == status
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == code


def test_nobody_gets_html_here(api, learner):
    refused = api(learner).get(ME, headers={"Accept": "text/html"})

    assert refused.status_code == 406
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "not_acceptable"


@pytest.mark.parametrize("path", [ME[:-1], USERS[:-1], "/api/v1/nowhere/"])
def test_what_is_not_there_is_a_problem_and_never_a_redirect(api, learner, path):
    refused = api(learner).get(path)

    assert refused.status_code == 404
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["code"] == "not_found"
