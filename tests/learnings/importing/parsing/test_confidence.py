"""How sure the reader is of what it read."""

import pytest

from learnings.importing.parsing import Confidence, read


def confidence(text):
    reading = read(text)
    return [record.confidence for record in (*reading.learnings, *reading.challenges)]


@pytest.mark.parametrize(
    "text",
    [
        "## Technologies\n\n- Redis\n",
        "## Challenges\n\n**Challenge:** Slow pages\n**Solution:** a join\n",
        "## Challenges\n\n### Slow pages\n**Problem:** a query per card\n",
        "## Challenges\n\n| Challenge | Solution |\n| --- | --- |\n| Slow pages | a join |\n",
        "<!-- nexus:readme -->\n# T\n## Challenges\n\n### Slow pages\n",
    ],
)
def test_what_place_and_shape_both_say_is_sure(text):
    assert confidence(f"# T\n\n{text}" if not text.startswith("<") else text) == [Confidence.SURE]


@pytest.mark.parametrize(
    "text",
    [
        "## The stack behind our bakery\n\n- Redis\n",
        "## Challenges\n\n- **Slow pages**: solved by a join\n",
    ],
)
def test_what_only_one_of_them_says_is_likely(text):
    assert confidence(f"# T\n\n{text}") == [Confidence.LIKELY]


@pytest.mark.parametrize(
    "text",
    [
        "## Technologies\n\nWe came to love **Redis** for what it keeps.\n",
        "## Challenges\n\nOne challenge was slow pages. To fix this, we wrote a join.\n",
        "## Challenges\n\n- Pages were slow.\n\n## Solutions\n\n- A join.\n",
    ],
)
def test_what_was_taken_from_prose_or_paired_by_order_is_guessed(text):
    assert confidence(f"# T\n\n{text}") == [Confidence.GUESSED]


def test_records_are_equal_however_sure_they_are():
    sure = read("# T\n\n## Technologies\n\n- Redis\n").learnings
    likely = read("# T\n\n## The stack behind our bakery\n\n- Redis\n").learnings

    assert sure[0].confidence is not likely[0].confidence
    assert sure == likely
