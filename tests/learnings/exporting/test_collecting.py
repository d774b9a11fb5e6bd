"""A person's README over HTTP and on the command line."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role
from learnings.importing.parsing import read
from learnings.models import Challenge, Learning, LearningKind
from tests.factories.accounts import UserFactory
from tests.factories.learnings import ChallengeFactory, LearningFactory, SolutionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada():
    return UserFactory(display_name="Ada")


def readme(api, reader, author, query=""):
    return api(reader).get(f"/api/v1/users/{author.pk}/readme/{query}")


def text_of(answer):
    assert answer.status_code == 200
    return answer.content.decode()


def titles(text):
    reading = read(text)
    return [record.title for record in (*reading.learnings, *reading.challenges)]


def test_a_readme_comes_as_markdown(api, ada):
    LearningFactory(author=ada, title="Paging 🚀", body="by *keyset*", published=True)

    answer = readme(api, UserFactory(), ada)

    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert text_of(answer) == (
        "<!-- nexus:readme -->\n\n# What Ada learned\n\n"
        "## Concepts\n\n### Paging 🚀\n\nby *keyset*\n"
    )


def test_others_get_what_is_published_and_authors_all_but_what_they_retracted(api, ada):
    LearningFactory(author=ada, title="Public", published=True)
    LearningFactory(author=ada, title="Draft")
    LearningFactory(author=ada, title="Sent back", rejected=True)
    LearningFactory(author=ada, title="Taken back", retracted=True)
    LearningFactory(title="Somebody else's", published=True)

    assert titles(text_of(readme(api, UserFactory(), ada))) == ["Public"]
    assert titles(text_of(readme(api, UserFactory(role=Role.CURATOR), ada))) == ["Public"]
    assert titles(text_of(readme(api, ada, ada))) == ["Public", "Draft", "Sent back"]


def test_a_draft_solution_of_a_published_challenge_stays_with_its_author(api, ada):
    challenge = ChallengeFactory(author=ada, title="Slow", published=True)
    SolutionFactory(author=ada, challenge=challenge, body="a join")

    assert "a join" not in text_of(readme(api, UserFactory(), ada))
    assert "**Solution:** a join" in text_of(readme(api, ada, ada))


def test_a_challenge_comes_with_the_accepted_one_of_its_authors_solutions(api, ada):
    challenge = ChallengeFactory(author=ada, title="Slow", published=True)
    SolutionFactory(challenge=challenge, body="by another", published=True)
    SolutionFactory(author=ada, challenge=challenge, body="first try", published=True)
    SolutionFactory(
        author=ada, challenge=challenge, body="what worked", published=True, accepted=True
    )

    text = text_of(readme(api, UserFactory(), ada))

    assert [one.solution for one in read(text).challenges] == ["what worked"]
    assert "by another" not in text


def test_entries_stand_in_the_order_of_their_documents_typed_ones_last(api, ada):
    def learning(title, document, line, kind=LearningKind.CONCEPT):
        LearningFactory(
            author=ada, title=title, kind=kind, published=True, source_document=document,
            source_first_line=line, source_last_line=line,
        )  # fmt: skip

    learning("Typed", "", None)
    learning("B 9", "b.md", 9)
    learning("A 12", "a.md", 12)
    learning("A 3", "a.md", 3, LearningKind.TAKEAWAY)
    learning("A 7", "a.md", 7)

    text = text_of(readme(api, ada, ada))

    assert titles(text) == ["A 3", "A 7", "A 12", "B 9", "Typed"]
    assert text.count("## Concepts") == text.count("## Takeaways") == 1


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ("HEADINGS", "### Paging\n"),
        ("TABLE", "| Paging | by keyset |\n"),
        ("PAIRS", "- **Paging**: by keyset\n"),
    ],
)
def test_the_shape_can_be_chosen(api, ada, shape, line):
    LearningFactory(author=ada, title="Paging", body="by keyset", published=True)

    assert line in text_of(readme(api, ada, ada, f"?shape={shape}"))


@pytest.mark.parametrize(
    ("query", "parameter"), [("?shape=table", "shape"), ("?shape=", "shape"), ("?form=X", "form")]
)
def test_what_cannot_be_written_is_named(api, ada, query, parameter):
    answer = readme(api, ada, ada, query)

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["parameter"] == parameter


def test_nobody_has_no_readme(api, ada):
    gone = UserFactory(is_active=False)

    for address in ("99999999/", "9" * 40 + "/", f"{gone.pk}/"):
        answer = api(ada).get(f"/api/v1/users/{address}readme/")
        assert answer.status_code == 404
        assert answer["Content-Type"] == "application/problem+json"


def test_only_markdown_can_be_asked_for(api, ada):
    client = api(ada)
    address = f"/api/v1/users/{ada.pk}/readme/"

    assert client.get(address, headers={"Accept": "text/*"}).status_code == 200
    assert client.get(address, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("count", [1, 20])
def test_a_long_readme_costs_no_more_queries(api, ada, count, django_assert_num_queries):
    for _ in range(count):
        LearningFactory(author=ada, published=True)
        challenge = ChallengeFactory(author=ada, published=True)
        SolutionFactory(author=ada, challenge=challenge, published=True)
    client = api(ada)
    client.get("/api/v1/me/")

    with django_assert_num_queries(4):  # the author, then the three kinds
        client.get(f"/api/v1/users/{ada.pk}/readme/")


# -- on the command line


def test_the_command_writes_what_the_author_would_get(api, ada, tmp_path):
    LearningFactory(author=ada, title="Draft")
    out = StringIO()

    call_command("export_readme", ada.email, stdout=out)
    call_command("export_readme", ada.email, output=tmp_path / "R.md", shape="PAIRS")

    assert out.getvalue() == text_of(readme(api, ada, ada))
    assert "- **Draft**\n" in (tmp_path / "R.md").read_text(encoding="utf-8")


def test_the_command_says_what_is_wrong(ada, tmp_path):
    with pytest.raises(CommandError, match=r"Nobody here has the address x@example\.org"):
        call_command("export_readme", "x@example.org")
    with pytest.raises(CommandError, match="No such file"):
        call_command("export_readme", ada.email, output=tmp_path / "none" / "R.md")
    with pytest.raises(CommandError, match="shape"):
        call_command("export_readme", ada.email, "--shape", "ROUND")


def rows():
    learnings = Learning.objects.values_list("pk", "title", "body")
    return [*learnings, *Challenge.objects.values_list("pk", "title", "problem")]


@pytest.mark.parametrize("shape", ["HEADINGS", "TABLE", "PAIRS"])
def test_importing_what_was_exported_changes_nothing(api, ada, work_off, shape):
    pairs = "# T\n\n## Challenges\n\n**Challenge:** Slow | *pages*\n**Solution:** a `join`\n"
    text = pairs + "\n## Technologies\n\n- **Redis**: keeps\n  - pages\n\n## Goals\n\n- Learn.\n"
    api(ada).post("/api/v1/imports/", {"text": text})
    work_off()
    before = rows()
    written = text_of(readme(api, ada, ada, f"?shape={shape}"))

    answer = api(ada).post("/api/v1/imports/", {"text": written})
    work_off()

    report = api(ada).get(answer["Location"]).json()["report"]
    assert (report["created"], report["updated"], report["conflicts"]) == (0, 0, 0)
    assert report["unchanged"] == 4
    assert rows() == before
