"""A challenge while it is being read, part by part."""

from dataclasses import dataclass, field

from . import evidence, plain, titles
from .records import ChallengeRecord, Confidence, Span, enclosing
from .writing import joined


@dataclass(slots=True)
class Draft:
    """What is known of a challenge so far."""

    title: str  # Markdown
    span: Span
    is_titled: bool = False  # by a heading or name, so that a problem label may follow
    confidence: Confidence = Confidence.LIKELY
    is_closed: bool = False  # an aside stands between it and what comes next
    problem: list[str] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)
    solution_spans: list[Span] = field(default_factory=list)

    @property
    def awaits_problem(self) -> bool:
        """Whether a problem label that comes next belongs to this challenge."""
        return self.is_titled and not self.problem and not self.solution

    @property
    def awaits_solution(self) -> bool:
        """Whether the title stands alone so far, open to whatever follows."""
        return self.is_titled and not self.is_closed and not self.solution

    @property
    def is_real(self) -> bool:
        """Whether this is a challenge rather than a placeholder or a bare section name."""
        is_bare_name = titles.is_section_title(self.title) and not self.solution
        return not is_bare_name and not evidence.is_placeholder(self.title)

    def add_problem(self, text: str, span: Span) -> None:
        """Add Markdown to the problem."""
        self.problem.append(text)
        self.span = enclosing((self.span, span))

    def add_solution(self, text: str, span: Span) -> None:
        """Add Markdown to the solution, and open it again after an aside."""
        self.is_closed = False
        self.solution.append(text)
        self.solution_spans.append(span)

    def go_on(self, text: str, span: Span) -> None:
        """Add Markdown without a label to the part that is open."""
        if self.is_closed:
            return
        if self.solution:
            self.add_solution(text, span)
        else:
            self.add_problem(text, span)

    def record(self) -> ChallengeRecord:
        """Return the finished record."""
        whole_title = "" if plain.fits_title(self.title) else self.title
        solution = joined(*self.solution)
        if not solution or evidence.is_placeholder(solution):
            solution = ""
        return ChallengeRecord(
            title=plain.title(self.title),
            problem=joined(whole_title, *self.problem),
            solution=solution,
            span=enclosing((self.span, *self.solution_spans)),
            solution_span=enclosing(self.solution_spans) if solution else None,
            confidence=self.confidence,
        )
