"""The sidebar of the admin site: the review queue first, then what a person may see."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from learnings.admin.waiting import count_waiting


class Page(NamedTuple):
    """A model's changelist in the sidebar. `model` is `app_model` as in address names."""

    title: str
    icon: str
    model: str

    @property
    def permission(self) -> str:
        """What a person needs to see it."""
        app, _, model = self.model.partition("_")
        return f"{app}.view_{model}"


GROUPS: Final = {
    "Entries": (
        Page("Challenges", "extension", "learnings_challenge"),
        Page("Solutions", "task_alt", "learnings_solution"),
        Page("Learnings", "school", "learnings_learning"),
        Page("Revisions", "difference", "learnings_revision"),
        Page("Topics", "sell", "learnings_topic"),
        Page("Imports", "upload_file", "learnings_importrun"),
        Page("Sources", "sync", "learnings_source"),
    ),
    "People": (
        Page("Users", "person", "accounts_user"),
        Page("Cohorts", "groups", "accounts_cohort"),
        Page("Briefs", "assignment", "learnings_brief"),
    ),
    "Deliveries": (
        Page("Announcements", "campaign", "notifications_announcement"),
        Page("Notifications", "notifications", "notifications_notification"),
        Page("E-mails", "mail", "notifications_delivery"),
        Page("Subscriptions", "bookmark", "notifications_subscription"),
        Page("Outbox", "outbox", "foundation_promise"),
    ),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar's groups, as unfold wants them, without what `request.user` may not see."""
    groups = [
        {
            "title": title,
            "separator": True,
            "items": [_link(page) for page in pages if request.user.has_perm(page.permission)],
        }
        for title, pages in GROUPS.items()
    ]
    return [{"items": _first_links()}, *(group for group in groups if group["items"])]


def _first_links() -> list[dict[str, Any]]:
    queue: dict[str, Any] = {
        "title": "Review queue",
        "icon": "rate_review",
        "link": reverse("admin:review"),
    }
    if waiting := count_waiting():
        queue |= {"badge": waiting, "badge_variant": "primary", "badge_style": "solid"}
    overview = {"title": "Overview", "icon": "space_dashboard", "link": reverse("admin:index")}
    return [queue, overview]


def _link(page: Page) -> dict[str, Any]:
    return {
        "title": page.title,
        "icon": page.icon,
        "link": reverse(f"admin:{page.model}_changelist"),
    }
