"""Examples in the documentation: real answers of the demo, and bodies that can be sent to it.

Answers stand in `examples.json`, by the name of their shape; `manage.py write_contracts
--examples` takes them from a fresh demo. Bodies are written here: "Try it out" sends them as they
stand, so they name only what every hub knows.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

ANSWERS: Final = Path(__file__).with_name("examples.json")

# Answers by the name of their shape: where the demo gives one, and whom.
SOURCES: Final = {
    "Challenge": ("challenges/?solved=true", "learner@nexus.demo"),
    "Cohort": ("cohorts/", "learner@nexus.demo"),
    "Import": ("imports/", "learner@nexus.demo"),
    "Learning": ("learnings/", "learner@nexus.demo"),
    "Me": ("me/", "learner@nexus.demo"),
    "Notification": ("notifications/", "learner@nexus.demo"),
    "Problem": ("challenges/?page_size=0", "learner@nexus.demo"),
    "Solution": ("solutions/", "learner@nexus.demo"),
    "Subscription": ("subscriptions/", "learner@nexus.demo"),
    "Topic": ("topics/", "learner@nexus.demo"),
    "User": ("users/", "learner@nexus.demo"),
}
BODIES: Final[dict[str, Any]] = {
    "ChallengeChange": {"title": "Migrations fail on the second database"},
    "ChallengeSolutionWrite": {"body": "Run `migrate --database replica` as well."},
    "ChallengeWrite": {
        "title": "Migrations fail on the second database",
        "problem": "`manage.py migrate` says **no such table**, but only for the replica.",
        "topics": ["django", "postgresql"],
    },
    "Credentials": {"email": "learner@nexus.demo", "password": "nexus-demo-2026"},
    "EmailVerification": {"email": "learner@nexus.demo"},
    "ImportRequest": {"text": "# My week\n\n## Best practices\n\n- Read the log first\n"},
    "LearningChange": {"title": "Read the log before the code"},
    "LearningWrite": {
        "kind": "BEST_PRACTICE",
        "title": "Read the log first",
        "body": "It names the line. The code only names the *intention*.",
        "topics": ["django"],
    },
    "MeChange": {"bio": "Learns by breaking things.", "github_url": "https://github.com/octocat"},
    "Merge": {"into": "django"},
    "PasswordChange": {"old_password": "nexus-demo-2026", "new_password": "correct horse battery"},
    "PasswordReset": {"email": "learner@nexus.demo"},
    "PersonalTokenRequest": {"name": "Backup script", "scopes": ["read"]},
    "ReadMark": {"all": True},
    "Registration": {
        "email": "you@example.org",
        "password": "correct horse battery",
        "display_name": "Yuki Young",
        "track": "FRONTEND",
    },
    "Rejection": {"reason": "Please say what you tried before."},
    "Resolution": {"keep": "README"},
    "SolutionChange": {"body": "Run `migrate --database replica` as well."},
    "SourceRequest": {"url": "https://github.com/octocat/hello-world"},
    "SubscriptionWrite": {"topic": "django"},
    "TopicChange": {"aliases": ["SSE", "EventSource"]},
    "TopicWrite": {"name": "Server-sent events", "kind": "CONCEPT", "aliases": ["SSE"]},
}


@cache
def by_shape() -> dict[str, Any]:
    """All examples, by the name of the definition that they are of."""
    answers: dict[str, Any] = json.loads(ANSWERS.read_text(encoding="utf-8"))
    solution = {"challenge": answers["Challenge"]["id"], "body": "Ask which process listens."}
    return {**answers, **BODIES, "SolutionWrite": solution}
