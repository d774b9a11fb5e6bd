"""The promise of a living document: whatever changes on either side, nobody's words are lost.

Over HTTP; promised work is done as a worker would.
"""

from __future__ import annotations

import pytest

IMPORTS = "/api/v1/imports/"
README = """\
# What I learned

## Challenges

- **Challenge**: The Celery worker dies on Windows.
  - **Solution**: Run it with `--pool=solo`.
- **Challenge**: Peer authentication failed for user postgres.
  - **Solution**: Connect over TCP instead of the socket.

## Best Practices

- Keep secrets out of the repository.
"""
POOL, TCP = "Run it with `--pool=solo`.", "Connect over TCP instead of the socket."
CHANGED = (
    README.replace("--pool=solo", "--pool=threads")
    .replace("over TCP", "over TCP on 5432")
    .replace("- Keep secrets out of the repository.\n", "- Rotate every key twice a year.\n")
)


@pytest.fixture
def client(api, learner):
    return api(learner)


@pytest.fixture
def bring(client, work_off):
    """Import a text and return the finished import."""

    def run(text):
        answer = client.post(IMPORTS, {"text": text})
        assert answer.status_code == 202, answer.content
        work_off()
        done = client.get(answer["Location"]).json()
        assert done["status"] == "DONE", done["error"]
        return done

    return run


def counts(done):
    names = ("created", "updated", "unchanged", "gone", "conflicts")
    return {name: done["report"][name] for name in names if done["report"][name]}


def all_own(client, kind):
    return client.get(f"/api/v1/{kind}/", {"author": "me"}).json()["results"]


def solution_saying(client, words):
    (found,) = [row for row in all_own(client, "solutions") if words in row["body"]]
    return found


def test_a_readme_and_the_hub_change_and_nothing_is_lost(client, bring):
    assert counts(bring(README)) == {"created": 5}
    pool, tcp = (solution_saying(client, words) for words in (POOL, TCP))
    for solution, words in ((pool, "Use WSL."), (tcp, "Edit pg_hba.conf.")):
        address = f"/api/v1/solutions/{solution['id']}/"
        assert client.patch(address, {"body": words}).status_code == 200

    done = bring(CHANGED)

    # Two were changed on both sides, one left the README, one is new.
    assert counts(done) == {"created": 1, "unchanged": 2, "gone": 1, "conflicts": 2}
    assert [row["action"] for row in done["entries"]].count("GONE") == 1
    titles = {row["title"] for row in all_own(client, "learnings")}
    assert titles == {"Keep secrets out of the repository.", "Rotate every key twice a year."}
    address = f"{IMPORTS}{done['id']}/conflicts/"
    first, second = client.get(address).json()["results"]
    assert (first["hub"], first["readme"]) == (
        {"body": "Use WSL."}, {"body": "Run it with `--pool=threads`."},
    )  # fmt: skip
    assert (second["entry"], second["keep"], second["first_line"]) == (tcp["id"], None, 8)
    assert {row["body"] for row in all_own(client, "solutions")} == {
        "Use WSL.", "Edit pg_hba.conf.",
    }  # fmt: skip

    kept = client.post(f"{address}{first['number']}/", {"keep": "HUB"})
    taken = client.post(f"{address}{second['number']}/", {"keep": "README"})

    assert (kept.json()["keep"], taken.json()["keep"]) == ("HUB", "README")
    assert taken.json()["hub"] == {"body": "Edit pg_hba.conf."}  # still to be read
    assert {row["body"] for row in all_own(client, "solutions")} == {
        "Use WSL.", "Connect over TCP on 5432 instead of the socket.",
    }  # fmt: skip
    again = client.post(f"{address}{first['number']}/", {"keep": "README"})
    assert (again.status_code, again.json()["code"]) == (409, "already_resolved")

    # The same README does not ask again; the one that comes back is welcome.
    assert counts(bring(CHANGED)) == {"unchanged": 5}
    assert counts(bring(f"{CHANGED}- Keep secrets out of the repository.\n")) == {"unchanged": 6}


def test_a_published_entry_follows_its_readme_once_a_curator_agrees(
    client, api, curator, bring, on_commit
):
    done = bring(README)
    client.post(f"{IMPORTS}{done['id']}/submit/")
    (practice,) = all_own(client, "learnings")
    address = f"/api/v1/learnings/{practice['id']}/"
    assert api(curator).post(f"{address}publish/").status_code == 200

    reworded = README.replace("Keep secrets out of", "Always keep all secrets out of")
    assert counts(bring(reworded)) == {"updated": 1, "unchanged": 4}
    assert client.get(address).json()["title"] == "Keep secrets out of the repository."

    heard = api(curator).get("/api/v1/notifications/").json()["results"]
    assert [row["event"] for row in heard].count("REVISION_PROPOSED") == 1
    (revision,) = api(curator).get(f"{address}revisions/").json()["results"]
    approve = f"/api/v1/revisions/{revision['id']}/approve/"
    assert client.post(approve).status_code == 403
    with on_commit():
        assert api(curator).post(approve).status_code == 200
    assert client.get(address).json()["title"] == "Always keep all secrets out of the repository."
    assert counts(bring(reworded)) == {"unchanged": 5}


@pytest.mark.parametrize("body", [{}, {"keep": "BOTH"}, {"keep": "HUB", "why": "x"}, []])
def test_what_is_no_decision_is_a_problem(client, bring, body):
    bring(README)
    pool = solution_saying(client, POOL)
    client.patch(f"/api/v1/solutions/{pool['id']}/", {"body": "Use WSL."})
    done = bring(README.replace("=solo", "=threads"))
    address = f"{IMPORTS}{done['id']}/conflicts/"
    assert client.post(f"{address}1/", body).status_code == 400
    assert client.post(f"{address}2/", {"keep": "HUB"}).status_code == 404
    assert client.post(f"{address}{10**30}/", {"keep": "HUB"}).status_code == 404
    assert client.get(address).json()["results"][0]["keep"] is None
