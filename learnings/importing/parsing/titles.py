"""What the words of a section title promise.

Only words are judged here. Where a section stands and what it looks like is weighed in
`sections`.
"""

import re
from enum import Enum, auto

from . import plain


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


# Asked in this order: "Challenges and Lessons Learned" is about challenges, "Best Practices and
# Personal Takeaways" about practices, and "Setup and Tools" about neither tools nor practices.
_PROMISES: tuple[tuple[Kind, str], ...] = (
    (
        Kind.TASK,
        r"^(?:commit and push|create a (?:github )?repo|add a readme|name the repo|push the|submit)\b"
        r"|^provide (?:an |the )?overview\b|^outline (?:the |your )?(?:major |key )?learnings\b"
        r"|\bcollaborate with whom\b|\bwhere to collaborate\b",
    ),
    (
        Kind.CHALLENGES,
        r"\bchallenges?\b|\bstruggles?\b|\bobstacles?\b|\bhurdles?\b|\bdifficult(?:y|ies)\b"
        r"|\b(?:problems?|issues?|bugs|errors) (?:i |we )?"
        r"(?:faced|encountered|solved|resolved|fixed|overcome|and (?:solutions?|fixes))\b"
        r"|\bproblems? & solutions?\b|\broadblocks?\b|\bblockers?\b|\bpain points?\b"
        r"|\bdebugging (?:lessons|struggles)\b|\b(?:real|hard|tough) problems\b|\bproblems (?:i|we)\b",
    ),
    (
        Kind.SOLUTIONS,
        r"^(?:my |the |key )?(?:solutions?|resolutions?)"
        r"(?: (?:i )?(?:implemented|applied|found|used))?$|\bhow i (?:solved|overcame)\b",
    ),
    (Kind.PRACTICES, r"\bbest practi[cs]es?\b|\b(?:recommended|good|development) practices\b"),
    (
        Kind.FUTURE,
        r"\bfuture\b|\bnext steps?\b|\broad ?map\b|\bwhat'?s next\b|\b(?:continue|want|plan|keep|areas?) (?:to )?(?:\w+ )?(?:learn|improve|explor)\w*\b|\bupcoming\b|\bto learn next\b",
    ),
    (
        Kind.TAKEAWAYS,
        r"\btake-?\s?aways?\b|\blessons?\b|\bkey learnings?\b|\bkey insights\b"
        r"|\b(?:personal|professional) (?:growth|reflections?|insights?|learnings?)\b",
    ),
    (
        Kind.ELSEWHERE,
        r"\bcontents\b|\bhow to\b|\bcollaborat\w+|\bcontribut\w+|\binstall\w*|\bset ?up\b"
        r"|\bgetting started\b|\bquick ?start\b|\bprerequisites?\b|\bstructure\b|\blicen[cs]e\b"
        r"|\bcontacts?\b|\bconnect with\b|\bauthors?\b|\backnowledge?ments?\b|\bdeployment\b"
        r"|\bendpoints?\b|\bsubmi(?:t|ssion)\b|\bchecklist\b|\btroubleshooting\b|\bresources?\b"
        r"|\breferences?\b|\bfeatures\b|\bconclusion\b|\bfinal\b|\bachievements?\b|\bmilestones?\b"
        r"|\btimeline\b|\btips?\b|\bfaq\b|\bscreenshots?\b"
        r"|\brepository\b|\bproject (?:details|overview|setup|links?|info\w*)\b|\bnavigat\w+|^support$|\bexpected\b|\bevaluation\b",
    ),
    (Kind.LEARNINGS, r"\blearnings\b"),
    (
        Kind.TECHNOLOGIES,
        r"\btechnolog(?:y|ies)\b|(?<!full-)\bstack\b|\btools?\b|\btooling\b|\bframeworks?\b|\blibraries\b",
    ),
    (Kind.CONCEPTS, r"\bconcepts?\b|\bfundamentals\b"),
    (Kind.PRACTICES, r"\bpractices\b|\bguidelines\b"),
    (Kind.LEARNINGS, r"\blearnings?\b|\blearn(?:ed|t)\b"),
    (Kind.GOALS, r"\bobjectives?\b|\bgoals?\b|\bpurpose\b|\baims?\b"),
    (
        Kind.ELSEWHERE,
        r"\bapi\b|\busage\b|\btest(?:s|ing)\b|\bdemo\b|\blinks\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(words)) for kind, words in _PROMISES)
# The last words only tell that a heading leads elsewhere; as a bare line, "Security" is an item.
_CLEAR = tuple(pattern for _, pattern in _PATTERNS[:-1])

# Words that stand beside the telling ones in section titles, in any order.
_FILLERS = frozenset(
    """a about across acquired adopted advanced an and applied approach at backend back-end back
    best built by can code coding common conventions core covered debugging details develop development devops
    during each encountered end engineering enhancements experienced explored faced followed for
    from front frontend front-end fullstack full-stack gained gathered general good growth guide
    highlights how hub i identified implemented implementation improvements important in
    included insights instructions into introduced issues journey key learned learning learnt list
    made main major mastered met mobile most my notes of on our overcame overcome own part personal
    platform plans platforms practical prodev professional program programme real real-world recommended
    resolved section set skills software solution solutions resolution resolutions solved standards started steps study success tech
    technical technique techniques that the their them these they things this through to top track
    understanding up usage used using was we web were what when where while with work workflow
    world lessons practices concepts problems issues fixes""".split()
)
_WORD = re.compile(r"[a-z][\w\-'&/.+#]*")
_TITLE_LENGTH = 80  # characters

_PRETITLE = re.compile(
    r"^(?:challenge|problem|issue|obstacle|difficulty)\b\s*#?\s*\d*\s*(?:[:.)\-\u2013\u2014]+\s*|$)",
    re.IGNORECASE,
)


def promised(title: str) -> Kind:
    """Return what a section title, as Markdown, promises by its words."""
    words = _words(title)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(words)), Kind.UNKNOWN)


def is_section_title(line: str) -> bool:
    """Say whether a bare line can only be the title of a section, by its words.

    It is short and says nothing beside what it promises: "Key Technologies Covered" or "My
    Struggles and Debugging Lessons", but not "Used tools like Postman".
    """
    text = plain.heading(line)
    if not text or len(text) > _TITLE_LENGTH or text[-1] in ".!?;," or not text[0].isupper():
        return False
    words = _words(line)
    others = words
    for pattern in _CLEAR:
        others = pattern.sub(" ", others)
    return others != words and _FILLERS.issuperset(_WORD.findall(others))


def is_parts_list(title: str) -> bool:
    """Say whether a title is that of an app's parts rather than of technologies learned."""
    words = _words(title)
    if re.search(r"(?<!full-)\bstack\b|\bbuilt with\b|\brequirements\b", words):
        return True
    return "technolog" not in words and not is_section_title(title)


def without_pretitle(title: str) -> str:
    """Return a challenge's own name: "Challenge 2: Slow queries" is "Slow queries"."""
    text = plain.heading(title)
    return plain.heading(_PRETITLE.sub("", text)) or text


def _words(title: str) -> str:
    text = plain.heading(title).lower()
    for written, usual in (
        ("\u2011", "-"),
        ("\u2019", "'"),
        ("real world", "real-world"),
        ("full stack", "full-stack"),
    ):
        text = text.replace(written, usual)
    return text
