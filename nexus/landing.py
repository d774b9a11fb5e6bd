"""The front door: what this is, how much is in it, and where everything is."""

from __future__ import annotations

from html import unescape
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.views.decorators.http import require_safe

from accounts.models import User
from foundation.caching import recall, remember
from learnings.models import Challenge, Learning, Solution, Topic
from nexus import demonstration

NEWEST: Final = 3  # challenges shown
TOPICS: Final = 2  # named on each of them
EXCERPT: Final = 150  # characters of its text

_SUBJECTS: Final = ("learnings", "challenges", "solutions", "topics", "users", "readers")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show the landing page.

    Counts are for everybody; titles only for those who may read what is published.
    """
    remembered = recall("landing", made_from=_SUBJECTS)
    facts = remembered.value if remembered.hit else _facts()
    if not remembered.hit:
        remember(facts, recollection=remembered)
    may_read = settings.PUBLIC_READ or settings.DEMO or request.user.is_authenticated
    return render(
        request,
        "nexus/landing.html",
        {
            "counts": facts["counts"],
            "newest": facts["newest"] if may_read else [],
            "accounts": demonstration.ACCOUNTS if settings.DEMO else [],
            "password": demonstration.PASSWORD if settings.DEMO else "",
            "version": settings.VERSION,
        },
    )


def _facts() -> dict[str, Any]:
    return {
        "counts": [
            ("learnings", Learning.objects.published().count()),
            ("challenges", Challenge.objects.published().count()),
            ("solutions", Solution.objects.published().count()),
            ("topics", Topic.objects.confirmed().count()),
            ("people", User.objects.filter(is_active=True).count()),
        ],
        "newest": _newest(),
    }


def _newest() -> list[dict[str, Any]]:
    published: Any = Challenge.objects.published().with_relations()
    challenges = list(published.order_by("-published_at", "-id")[:NEWEST])
    solutions = Solution.objects.in_bulk([one.accepted_solution_id for one in challenges])
    return [_card(one, solutions.get(one.accepted_solution_id)) for one in challenges]


def _card(challenge: Any, solution: Solution | None) -> dict[str, Any]:
    # Many a problem is said by its title alone; then what solved it is worth more than a blank.
    html = challenge.problem_html or (solution.body_html if solution else "")
    # Without its tags and entities the HTML is text again, and the template escapes it.
    text = " ".join(unescape(strip_tags(html)).split())
    return {
        "title": challenge.title,
        "excerpt": Truncator(text).chars(EXCERPT),
        "is_solution": not challenge.problem_html and bool(text),
        "author": challenge.author.display_name,
        "topics": _topic_names(challenge)[:TOPICS],
        "solved": solution is not None,
        "solutions": challenge.solutions_count,
        "published_at": challenge.published_at,
    }


def _topic_names(challenge: Challenge) -> list[str]:
    return [topic.name for topic in challenge.topics.all() if not topic.is_proposed]
