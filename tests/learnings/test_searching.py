"""Which entries a search finds: the same on every database."""

import re

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from learnings import searching
from learnings.models import ENTRY_MODELS, Challenge, Learning, Solution
from learnings.searching import highlighting, matching
from learnings.searching.words import MAX_WORDS, plain, read
from tests.factories.learnings import ChallengeFactory, LearningFactory, SolutionFactory

pytestmark = pytest.mark.django_db


def found(text: str) -> set[str]:
    return {challenge.title for challenge in matching(Challenge.objects.all(), text)}


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("connection refused", True),
        ("cannot connect to the database", True),
        ("refused CONNECTION", True),
        ("connections refusing", True),
        ("conn ref", True),
        ("connectio", True),
        ("postgres refused", True),
        ("connection accepted", False),
        ("nection", False),
    ],
)
def test_every_word_must_occur_or_begin_a_word_in_whatever_form(text, query):
    ChallengeFactory(
        title="Connection refused", problem="I cannot connect to the *PostgreSQL* database."
    )

    assert bool(found(text)) is query


def test_a_word_does_not_find_what_only_begins_with_its_stem():
    ChallengeFactory(title="The login page redirects for ever", problem="")

    assert found("redis") == set()


@pytest.mark.parametrize(
    "text",
    [
        "TypeError: Cannot read properties of undefined (reading 'map')",
        "ECONNREFUSED 127.0.0.1:5432",
        "127.0.0.1",
        "5432",
        "django.core.exceptions.ImproperlyConfigured",
        "ImproperlyConfigured",
        "core.exceptions",
        "improperlyconf",
        "DJANGO_SETTINGS_MODULE",
        "settings_module",
        "https://docs.djangoproject.com/en/5.2/topics/settings/",
        "docs.djangoproject.com",
        "<div>",
        "&nbsp;",
        "user@example.org",
        "./manage.py",
        "v1.2.3-rc1",
        "C++",
        "c++",
        "C#",
        "f#",
        ".NET",
        "über",
        "naïve",
        "日本語",
    ],
)
def test_what_stands_in_an_error_message_is_found_by_the_same_words(text):
    mentioned = f"It says:\n\n```\n{text}\n```\nand stops."
    ChallengeFactory(title="Something else", problem=mentioned)
    ChallengeFactory(title=f"What is {text}?", problem="")
    ChallengeFactory(title="Neither", problem="Nothing of that kind, Cyrillic aside.")

    assert found(text) == {"Something else", f"What is {text}?"}


@pytest.mark.parametrize(
    ("text", "title"),
    [("c++", "Templates in C++11"), ("c#", "Records (C#)"), ("index", "See index#cat")],
)
def test_names_with_signs_are_other_names(text, title):
    for name in ("Templates in C++11", "Records (C#)", "See index#cat", "Pointers in C"):
        ChallengeFactory(title=name, problem="")

    assert found(text) == {title}


@pytest.mark.parametrize(
    "text", ["the", "is not", "???", "'' \" -", "-", "-gone", '""', "* :&|!()"]
)
def test_a_search_for_nothing_finds_nothing(text):
    ChallengeFactory(title="The tests are gone", problem="Is it not so?")

    assert found(text) == set()


def test_stop_words_beside_others_do_not_matter():
    ChallengeFactory(title="Where tests hang", problem="")

    assert found("how do the tests hang") == {"Where tests hang"}


def test_quoted_words_stand_side_by_side():
    ChallengeFactory(title="The connection was refused", problem="")
    ChallengeFactory(title="Refused, for the connection broke", problem="")

    assert found('"connection was refused"') == {"The connection was refused"}


def test_words_with_a_minus_are_excluded():
    ChallengeFactory(title="Deploy with Docker", problem="")
    ChallengeFactory(title="Deploy with Ansible", problem="")

    assert found("deploy -docker") == {"Deploy with Ansible"}
    assert found('deploy -"with docker"') == {"Deploy with Ansible"}


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "*",
        "a*",
        "NEAR(a b)",
        "a NEAR/2 b",
        "title:x",
        "{title}: x",
        "^a",
        "a AND",
        "OR",
        "a OR b",
        "NOT a",
        ":&|!<->",
        "a:*",
        "a & b",
        "!a",
        "a <-> b",
        "(a",
        "((((((",
        "a'b''c",
        "\\",
        "a\\b",
        "%s %(x)s %%",
        "$1",
        "?",
        "'; DROP TABLE learnings_challenge; --",
        "\x00a",
        "\ud800a",
        "\u202eabc",
        "e\u0301\u0301\u0301",
        "\u0301",
        "²",
        "ª",
        "①",
        "ﬁ",
        "İ",
        "ß",
        "١٢٣",
        "क्षि",
        "👩‍👩‍👧",
        "a" * 3000,
        "word " * 1000,
        '"' + "long " * 1000 + '"',
        " ".join(f"word{n}" for n in range(1000)),
        "-a -b c -d",
        '-"',
        '-"a',
        "--force",
        "{{ 7*7 }}",
        "0x7f",
        "1e999",
    ],
)
def test_whatever_is_typed_is_only_words(text):
    ChallengeFactory(title="A title", problem="a b c")

    assert found(text) <= {"A title"}


def test_what_is_quoted_and_begins_with_stop_words_only_is_nothing_to_look_for():
    """Further words are not looked at, and an index takes no empty question."""
    ChallengeFactory(published=True, title="Redis")
    typed = f'"{"the " * MAX_WORDS}redis"'

    assert not read(typed)
    among = {kind: model.objects.published() for kind, model in ENTRY_MODELS.items()}
    assert searching.find(typed, among=among, size=5).entries == []


def test_only_what_may_be_a_hit_is_looked_at_word_by_word(monkeypatch):
    """A page may hold a hundred long texts, and they may have the hits in their titles alone."""
    taken = []
    monkeypatch.setattr(highlighting, "plain", lambda word: taken.append(word) or plain(word))
    text = " ".join(f"w{n}" for n in range(3_000))

    assert highlighting.highlight(text, ["redis"]).startswith("w0 w1 ")
    assert taken == []
    assert "<mark>Redis</mark>" in highlighting.highlight(f"Redis {text} redis " * 9, ["redis"])
    assert taken == ["Redis", "Redis"]


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Connections refused", ["connecting"], ["Connections"]),
        ("C++, C# and c", ["cplusplus"], ["C++"]),
        ("F# or Java", ["fsharp", "java"], ["F#", "Java"]),
        ("a_redis redirects predis", ["redis"], ["redis"]),
        ("GRÖSSE größer ÉTÉ", ["größe", "été"], ["größer", "ÉTÉ"]),
        ("nothing", [], []),
        ("a.b (x", ["a"], ["a"]),
    ],
)
def test_hits_are_marked_in_whatever_form(text, words, marked):
    assert re.findall("<mark>(.*?)</mark>", highlighting.highlight(text, words)) == marked


def test_the_words_of_a_query_are_bounded():
    assert len(read(" ".join(f"word{n}" for n in range(1000))).terms) == 10
    assert len(read(f'"{" ".join(f"word{n}" for n in range(1000))}"').terms[0]) == 10


def write_raw(sql: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_no_writer_can_forget_the_index(learner):
    saved = LearningFactory(title="Saved alpha")
    Learning.objects.bulk_create(
        [Learning(title="Bulk alpha", kind="CONCEPT", author=learner, body="x")]
    )
    Learning.objects.filter(pk=saved.pk).update(title="Updated beta")
    assert {row.title for row in matching(Learning.objects.all(), "alpha")} == {"Bulk alpha"}
    write_raw("UPDATE learnings_learning SET body = 'gamma' WHERE id = %s", saved.pk)
    assert matching(Learning.objects.all(), "beta gamma").get() == saved

    write_raw("DELETE FROM learnings_learning WHERE id = %s", saved.pk)
    other = LearningFactory(pk=saved.pk, title="Under the same id")

    assert not matching(Learning.objects.all(), "gamma").exists()
    assert matching(Learning.objects.all(), "same id").get() == other


def test_learnings_and_solutions_are_found_by_their_texts():
    learning = LearningFactory(title="Indexes", body="A B-tree keeps keys in order.")
    solution = SolutionFactory(body="Start `postgresql.service` first.")

    assert matching(Learning.objects.all(), "b-tree ind").get() == learning
    assert matching(Solution.objects.all(), "postgresql.service").get() == solution


def test_conditions_and_order_are_kept():
    for number in range(30):
        ChallengeFactory(title=f"Common {number:02}", published=number % 2 == 0)

    rows = matching(Challenge.objects.published().order_by("-title"), "common")

    assert [row.title for row in rows[:2]] == ["Common 28", "Common 26"]
    assert rows.count() == 15


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its vectors itself")
class TestWhatMigrationsBreak:
    def test_a_lost_trigger_is_made_again_and_what_it_missed_is_indexed(self):
        kept, gone = ChallengeFactory(title="Kept alpha"), ChallengeFactory(title="Gone alpha")
        write_raw("DROP TRIGGER learnings_challenge_words_insert")
        write_raw("DROP TRIGGER learnings_challenge_words_delete")
        ChallengeFactory(title="Missed alpha")
        gone.delete()

        call_command("migrate", verbosity=0)

        assert found("alpha") == {kept.title, "Missed alpha"}
        ChallengeFactory(title="Later alpha")
        assert "Later alpha" in found("alpha")

    def test_a_lost_table_is_filled_again(self):
        ChallengeFactory(title="Alpha")
        write_raw("DROP TABLE learnings_challenge_starts")

        call_command("migrate", verbosity=0)

        assert found("alph") == {"Alpha"}

    def test_nothing_is_written_while_all_is_in_place(self, django_assert_num_queries):
        from learnings.searching import sqlite

        with django_assert_num_queries(3):
            assert sqlite.complete(connection) is False


@pytest.mark.django_db(transaction=True)
def test_emptying_the_tables_empties_the_index():
    challenge = ChallengeFactory(title="Alpha")
    call_command("flush", verbosity=0, interactive=False)

    author = User.objects.create(email="a@example.org", display_name="A")
    ChallengeFactory(pk=challenge.pk, title="Beta", author=author)

    assert found("alpha") == set()
    assert found("beta") == {"Beta"}
