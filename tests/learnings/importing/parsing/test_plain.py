import pytest

from learnings.importing.parsing import plain


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**Bold**, *italic*, __both__ and ~~gone~~", "Bold, italic, both and gone"),
        ("`feature/*` and ``x_y_``", "feature/* and x_y_"),
        ("[Next.js](https://nextjs.org) – [docs][1]", "Next.js – docs"),
        ("![badge](https://img.example/b.svg) Title", "Title"),
        ("<b>Safe</b> &amp; sound <https://example.org>", "Safe & sound https://example.org"),
        ("🚀 Rocket\ufe0f 1\ufe0f\u20e3 Science", "Rocket Science"),
        (r"SECRET\_KEY \& more \*", "SECRET_KEY & more *"),
        ("snake_case_name and _stress_", "snake_case_name and stress"),
        ("two\n  lines", "two lines"),
        ("[ ] an open task", "an open task"),
        ("tri\u200bcky\u202e \x01text", "tri cky text"),
        ("C++ and C#", "C++ and C#"),
    ],
)
def test_plain_text_is_what_a_person_sees(markdown, text):
    assert plain.plain(markdown) == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("### 1. **Database Design**:", "Database Design"),
        ("2️⃣ Caching", "Caching"),
        ("Step 3: Deploy", "Deploy"),
        ("**Python** –", "Python"),
        ("3D Printing", "3D Printing"),
    ],
)
def test_a_heading_loses_numbers_and_dangling_marks(markdown, text):
    assert plain.heading(markdown.lstrip("# ")) == text


def test_a_long_title_is_cut_between_words():
    title = plain.title("word " * 100)

    assert len(title) <= 300
    assert title.endswith("word…")
    assert not plain.fits_title("word " * 100)


@pytest.mark.parametrize(
    ("markdown", "name", "rest"),
    [
        ("**Redis**: keeps pages", "Redis", "keeps pages"),
        ("**Redis:** keeps pages", "Redis", "keeps pages"),
        ("- 🐍 **Python** – *fast* enough", "Python", "*fast* enough"),
        ("Docker & Compose - containers", "Docker & Compose", "containers"),
        ("Token loops → one request refreshes", "Token loops", "one request refreshes"),
        ("[Next.js](https://nextjs.org) – pages", "[Next.js](https://nextjs.org)", "pages"),
        ("*Issue:* it broke", "Issue", "it broke"),
        ("**Title**\nexplained below", "Title", "explained below"),
    ],
)
def test_a_statement_is_split_after_its_name(markdown, name, rest):
    lead = plain.split_lead(markdown)

    assert (lead.name, lead.rest) == (name, rest)
    assert lead.explains


@pytest.mark.parametrize("markdown", ["**Version control** is critical", "**Only a name**"])
def test_a_bold_opening_without_a_mark_explains_nothing(markdown):
    assert not plain.split_lead(markdown).explains


@pytest.mark.parametrize(
    "markdown", ["Plain words only", "see https://example.org/a:b", "well-known"]
)
def test_what_has_no_name_in_front_is_not_split(markdown):
    assert plain.split_lead(markdown) is None


def test_sentences_do_not_end_at_abbreviations():
    assert plain.sentences("Use tools, e.g. Redis. Then test! Done?") == [
        "Use tools, e.g. Redis.",
        "Then test!",
        "Done?",
    ]
