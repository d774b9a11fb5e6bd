"""What the words of a section title promise.

Only words are judged here. Where a section stands and what it looks like is weighed in
`sections`.
"""

import re
from enum import Enum, auto

from . import plain
from .vocabulary import TITLE_FILLERS


class Kind(Enum):
    """What a section holds, as far as records can come from it."""

    TECHNOLOGIES = auto()
    CONCEPTS = auto()
    LEARNINGS = auto()  # "Major Learnings": holds the others, or concepts in its own words
    CHALLENGES = auto()
    SOLUTIONS = auto()  # a list of its own, beside a list of challenges
    PRACTICES = auto()
    TAKEAWAYS = auto()
    GOALS = auto()
    FUTURE = auto()
    TASK = auto()  # instructions of the programme, pasted
    ELSEWHERE = auto()  # recognised, and no records come from it
    UNKNOWN = auto()


_DIFFICULTIES = (
    "challenges? struggles? obstacles? hurdles? difficult(?:y|ies) roadblocks? blockers?"
)
_SETTLED = "(?:faced|encountered|solved|resolved|fixed|overcome|(?:and|&) (?:solutions?|fixes))"
_SUPPORTING = (
    r"contents collaborat\w+ contribut\w+ install\w* set-?up prerequisites? structure licen[cs]e"
    r" contacts? authors? acknowledge?ments? deployment endpoints? submi(?:t|ssion) checklist"
    r" troubleshooting resources? references? features conclusion final achievements? milestones?"
    r" timeline tips? faq screenshots? repository navigat\w+ expected evaluation"
)
# Asked in this order: "Challenges and Lessons Learned" is about challenges, "Best Practices and
# Personal Takeaways" about practices, and "Setup and Tools" about neither tools nor practices.
_PROMISES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        Kind.TASK,
        (
            "^(?:commit and push|create a (?:github )?repo(?:sitory)?|add a readme)",
            "^(?:name the repo(?:sitory)?|push the|submit)",
            "^provide (?:an |the )?overview",
            "^outline (?:the |your )?(?:major |key )?learnings",
            "(?:collaborate with whom|where to collaborate)",
        ),
    ),
    (
        Kind.CHALLENGES,
        (
            *_DIFFICULTIES.split(),
            f"(?:problems?|issues?|bugs|errors) (?:i |we )?{_SETTLED}",
            "(?:real|hard|tough) problems",
            "problems (?:i|we)",
            "pain points?",
            "debugging (?:lessons|struggles)",
        ),
    ),
    (
        Kind.SOLUTIONS,
        (
            "^(?:(?:my|the|key|implemented) )?solutions?(?: (?:i )?(?:implemented|found))?$",
            "^resolutions?$",
            "how i (?:solved|overcame)",
        ),
    ),
    (Kind.PRACTICES, ("best practi[cs]es?", "(?:recommended|good|development) practices")),
    (
        Kind.FUTURE,
        (
            "future",
            "next steps?",
            "road ?map",
            "what's next",
            "upcoming",
            r"(?:continue|want|plan|keep|areas?) (?:to )?(?:\w+ )?(?:learn|improve|explor)\w*",
        ),
    ),
    (
        Kind.TAKEAWAYS,
        (
            r"take-?\s?aways?",
            "lessons?",
            "key (?:learnings?|insights)",
            "(?:personal|professional) (?:growth|reflections?|insights?|learnings?)",
        ),
    ),
    (
        Kind.ELSEWHERE,
        (
            *_SUPPORTING.split(),
            "how to",
            "set up",
            "getting started",
            "quick ?start",
            "connect with",
            "^support$",
            r"project (?:details|overview|setup|links?|info\w*)",
        ),
    ),
    (Kind.LEARNINGS, ("learnings",)),
    (
        Kind.TECHNOLOGIES,
        (
            "technolog(?:y|ies)",
            "(?<!full-)stack",
            "tools?",
            "tooling",
            "frameworks?",
            "libraries",
        ),
    ),
    (Kind.CONCEPTS, ("concepts?", "fundamentals")),
    (Kind.PRACTICES, ("practices", "guidelines")),
    (Kind.LEARNINGS, ("learn(?:ing|ed|t)",)),
    (Kind.GOALS, ("objectives?", "goals?", "purpose", "aims?")),
    (Kind.ELSEWHERE, ("api", "usage", "test(?:s|ing)", "demo", "links")),
)
_PATTERNS = tuple(
    (kind, re.compile(rf"\b(?:{'|'.join(phrases)})(?!\w)")) for kind, phrases in _PROMISES
)
# The last words only tell that a heading leads elsewhere; as a bare line, "Testing" is an item.
_CLEAR = tuple(pattern for _, pattern in _PATTERNS[:-1])

_MIXED = (Kind.TECHNOLOGIES, Kind.CONCEPTS)
_WORD = re.compile(r"[a-z][\w\-'&/.+#]*")
_PARTS_LIST = re.compile(r"(?<!full-)\bstack\b|\bbuilt with\b|\brequirements\b")
_PRETITLE = re.compile(
    r"^(?:challenge|problem|issue|obstacle|difficulty)\b\s*#?\s*\d*"
    r"\s*(?:[:.)\-\u2013\u2014]+\s*|$)",
    re.IGNORECASE,
)
_TITLE_LENGTH = 80  # characters
_SPELLINGS = (
    ("\u2011", "-"),
    ("\u2019", "'"),
    ("real world", "real-world"),
    ("full stack", "full-stack"),
)


@plain.remembered
def promised(title: str) -> Kind:
    """Return what a section title, as Markdown, promises by its words."""
    words = _words(title)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(words)), Kind.UNKNOWN)


@plain.remembered
def is_section_title(line: str) -> bool:
    """Say whether a bare line can only be the title of a section, by its words.

    It is short and says nothing beside what it promises: "Key Technologies Covered" or "My
    Struggles and Debugging Lessons", but not "Used tools like Postman".
    """
    if len(line) > 2 * _TITLE_LENGTH:
        return False
    text = plain.heading(line)
    if not text or len(text) > _TITLE_LENGTH or text[-1] in ".!?;," or not text[0].isupper():
        return False
    words = _words(line)
    others = words
    for pattern in _CLEAR:
        others = pattern.sub(" ", others)
    return others != words and TITLE_FILLERS.issuperset(_WORD.findall(others))


def promises_concepts_too(title: str) -> bool:
    """Say whether a title of technologies announces concepts beside them."""
    words = _words(title)
    return all(dict(_PATTERNS[:-1])[kind].search(words) for kind in _MIXED)


def is_parts_list(title: str) -> bool:
    """Say whether a title is that of an app's parts rather than of technologies learned."""
    words = _words(title)
    is_vague = "technolog" not in words and not is_section_title(title)
    return is_vague or bool(_PARTS_LIST.search(words))


def without_pretitle(title: str) -> str:
    """Return a challenge's own name: "Challenge 2: Slow queries" is "Slow queries"."""
    text = plain.heading(title)
    return plain.heading(_PRETITLE.sub("", text)) or text


def _words(title: str) -> str:
    text = plain.heading(title).lower()
    for written, usual in _SPELLINGS:
        text = text.replace(written, usual)
    return text
