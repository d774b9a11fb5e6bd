"""What the author of a README could mend before the deadline, told as a mentor would.

Pure Python, without Django: a document, what was read in it and a rubric make findings, each with
its line, why it matters and how to mend it. Nothing is fetched: only what the text itself shows is
judged.

    rubrics     the rubric: data, and what a brief may change of it
    findings    a finding, its words, and how many of a kind are told
    manuscript  the document as a reviewer looks at it: lines, headings, code
    contents    what the records tell: too few, unsolved, saying nothing
    structure   what the headings and fences tell
    wording     what the lines tell: placeholders, merge residue, encoding
    links       what addresses tell by their form
    strengths   what is good already
"""

from learnings.importing.parsing import Reading

from . import contents, links, structure, wording
from .findings import Finding, chosen, finding
from .manuscript import Manuscript
from .rubrics import STANDARD, BadRubric, Expectation, Rubric
from .strengths import strengths

__all__ = [
    "STANDARD",
    "BadRubric",
    "Expectation",
    "Finding",
    "Rubric",
    "chosen",
    "edited_on_the_hub",
    "review",
    "strengths",
]


def review(source: bytes | str, reading: Reading, rubric: Rubric = STANDARD) -> list[Finding]:
    """Return what could be mended, in the order of the lines; line 0 is the whole document.

    `reading` is what `parsing.read` made of this very source.
    """
    manuscript = Manuscript.of(source)
    found = [
        *contents.findings(manuscript, reading, rubric),
        *structure.findings(manuscript, rubric),
        *wording.findings(manuscript, rubric),
        *links.findings(manuscript),
    ]
    return chosen(finding for finding in found if finding.code in rubric.codes)


def edited_on_the_hub(line: int) -> Finding:
    """Return a word on an entry that the README did not overwrite."""
    return finding("edited_on_the_hub", line)
