"""A finding, the words it is told in, and how many of a kind are told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final

from learnings.importing.parsing import plain

MOST: Final = 50  # findings of one review
OF_A_KIND: Final = 8  # told one by one; the others are counted
QUOTED: Final = 60  # characters of the document that a finding repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something to mend. `line` counts from 1 in the original document, 0 is all of it."""

    code: str
    line: int
    why: str
    mend: str

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as an import's report keeps it."""
        return {"code": self.code, "line": self.line, "why": self.why, "mend": self.mend}


# Why it matters, and how to mend it. What stands in braces is evidence from the document.
_ADVICE: Final[dict[str, tuple[str, str]]] = {
    "nothing_found": (
        ("I read all of “{title}” and could make out no technology, concept, challenge or practice "
        "in it. If they are there, others will overlook them as I did."),
        "Give each of them a heading of its own with a list below it: {sections}.",
    ),
    "missing_section": ("I found no section on “{title}”. {why}", "{mend}"),
    "too_few": (
        "I can make out {found} here; the brief asks for at least {minimum}. {why}",
        "{mend}",
    ),
    "section_in_vain": (
        "“{heading}” is announced, but I can make out no {unit} below it. {why}",
        "{mend}",
    ),
    "challenge_without_solution": (
        ("You say what went wrong with “{title}”, but not what became of it. Whoever meets the "
        "same problem will look for exactly that."),
        ("Add a line that begins with “Solution:”. If it is not solved yet, say what you tried and "
        "what you would try next: that helps too."),
    ),
    "solution_says_little": (
        ("“{solution}” tells that “{title}” is over, not how. In half a year you will not remember "
        "it yourself."),
        ("Name what you changed: the setting, the command or the line of code, and how you found "
        "out that it was the cause."),
    ),
    "nothing_shown": (
        ("None of your {number} solutions shows what it looked like: there is no command, setting, "
        "error message or line of code in any. Those are what the next person searches for."),
        ("Take the one that cost you most, perhaps “{title}”, and add the message that you saw and "
        "the line that made the difference, between `backticks`."),
    ),
    "names_only": (
        ("You name {names}, and say of hardly any what you did with it. A list of names could be "
        "anybody's; half a sentence makes it yours."),
        ("Begin with “{first}”: where did you use it, and what would you tell somebody who starts "
        "with it?"),
    ),
    "no_introduction": (
        ("The document starts without saying what it is. A visitor decides in the first lines "
        "whether to read on."),
        "Put two sentences below the title: what this repository documents, and for whom.",
    ),
    "empty_section": (
        "“{title}” has nothing below it, so it promises what a reader then does not find.",
        "Write the two sentences that you had in mind, or take the heading out for now.",
    ),
    "skipped_level": (
        ("“{title}” is a heading of level {level} directly below one of level {above}. Contents "
        "lists and screen readers take that for a missing chapter."),
        "Write it with {marks} instead.",
    ),
    "unclosed_fence": (
        ("The code block that opens here is never closed, so GitHub shows the rest of the document "
        "as code. I guessed where your text goes on."),
        "Put a line with {mark} after the last line of the code.",
    ),
    "placeholder": (
        ("“{text}” still stands where your own words should be. It is the first thing that "
        "a reviewer notices."),
        "Replace it by what it asks for, or delete the line until you have something to say there.",
    ),
    "merge_residue": (
        ("“{text}” is left over from a merge, so two versions of your text stand one after the "
        "other."),
        "Keep the better one of the two, and delete the lines with <<<<<<<, ======= and >>>>>>>.",
    ),
    "mojibake": (
        ("{lines} saved in the wrong encoding once: it says “{damaged}”{meant}. I repaired that "
        "for the hub, but everybody who opens the file still sees it."),
        ("In VS Code choose “Save with Encoding”, Windows 1252, then “Reopen with Encoding”, "
        "UTF-8. Then look through the file, as some emoji may be lost for good."),
    ),
    "not_utf8": (
        ("The file is not saved as UTF-8. I could read it, but GitHub and many editors may show "
        "strange signs or nothing at all."),
        ("Save it again as UTF-8: in VS Code click the encoding at the bottom right, then “Save "
        "with Encoding”."),
    ),
    "dead_anchor": (
        ("“{text}” leads to #{anchor}, and no heading of this document has that anchor. A click on "
        "it does nothing."),
        "{hint}",
    ),
    "link_without_address": (
        "“{text}” looks like a link and leads nowhere, because no address was filled in.",
        "Put the address between the round brackets, or take the link out.",
    ),
    "edited_on_the_hub": (
        ("What stands here was changed on the hub as well, or is under review there, so I did not "
        "overwrite it."),
        "Compare both texts under “conflicts” of this import, and choose which to keep.",
    ),
    "broken_address": (
        "“{text}” cannot lead to where you want: {reason}.",
        "{hint}",
    ),
}  # fmt: skip


def finding(code: str, line: int, *, words: str = "", **evidence: Any) -> Finding:
    """Make a finding of a kind, told in the words for `words` where these differ from the code's.

    Evidence is quoted as people see it: without marks, on one line, cut to a reasonable length.
    """
    why, mend = _ADVICE[words or code]
    return Finding(code=code, line=line, why=why.format(**evidence), mend=mend.format(**evidence))


def quoted(markdown: str) -> str:
    """Return a short piece of the document as people see it."""
    piece = markdown[: 20 * QUOTED]
    text = (plain.plain(piece) or " ".join(piece.split())).lstrip("#>-*+ ")
    if text.startswith(("“", '"')) and text.endswith(("”", '"')):
        text = text[1:-1]
    if len(text) <= QUOTED:
        return text.rstrip(" .,:;")
    head, space, _ = text[:QUOTED].rpartition(" ")
    return (head if space else text[:QUOTED]).rstrip(" .,;:") + " …"


def chosen(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by line, each once; of a kind met too often, some and how many more."""
    by_code: dict[str, list[Finding]] = defaultdict(list)
    for found in sorted(dict.fromkeys(findings), key=lambda found: found.line):
        by_code[found.code].append(found)
    told: list[Finding] = []
    for most in range(OF_A_KIND, 0, -1):
        told = [one for kind in by_code.values() for one in _some(kind, most)]
        if len(told) <= MOST:
            break
    return sorted(told, key=lambda found: found.line)


def _some(kind: list[Finding], most: int) -> list[Finding]:
    if len(kind) <= most + 1:  # to count one is no shorter than to tell it
        return kind
    rest = kind[most:]
    why = f"And {len(rest)} more of this kind, from line {rest[0].line} on."
    return [*kind[:most], replace(rest[0], why=why)]
