"""What was announced, to whom it went, what was sent: where to look when somebody heard nothing."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from foundation.admin import DayRangeFilter, ReadOnlyAdmin
from notifications.models import Announcement, Delivery, Notification, Subscription

STATE_COLOURS: Final = {"Sent": "success", "On its way": "warning"}


class RecordAdmin(ReadOnlyAdmin):
    """Records that come with other rows: `related` names what is fetched along."""

    related: tuple[str, ...] = ()
    list_filter_submit = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Rows with what their list shows of others: a constant number of queries."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.select_related(*self.related) if self.related else rows


@admin.register(Announcement)
class AnnouncementAdmin(RecordAdmin):
    """What happened, newest first."""

    related = ("actor",)
    list_display = ("text", "event_label", "actor", "heard_by", "created_at")
    list_filter = (("event", ChoicesDropdownFilter), ("created_at", DayRangeFilter))
    search_fields = ("text", "key", "actor__display_name")
    ordering = ("-created_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Announcements with how many people heard of them."""
        rows = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(heard=Count("notifications"))
        return counted

    @display(description="Event", ordering="event", label=True)
    def event_label(self, row: Announcement) -> str:
        """The event as a label."""
        return row.get_event_display()

    @display(description="Heard by")
    def heard_by(self, row: Any) -> int:
        """How many notifications it became."""
        heard: int = row.heard
        return heard


@admin.register(Notification)
class NotificationAdmin(RecordAdmin):
    """Announcements as people see them, newest first."""

    related = ("announcement", "user")
    list_display = ("announcement", "user", "created_at", "read_at")
    list_filter = (
        ("announcement__event", ChoicesDropdownFilter),
        ("created_at", DayRangeFilter),
    )
    search_fields = ("announcement__text", "user__display_name", "user__email")
    ordering = ("-created_at", "-pk")


@admin.register(Delivery)
class DeliveryAdmin(RecordAdmin):
    """Notifications on their way by e-mail, newest first."""

    related = ("notification__announcement", "notification__user")
    list_display = ("what", "to", "channel", "state", "sent_at")
    list_filter = (("channel", ChoicesDropdownFilter), ("sent_at", DayRangeFilter))
    search_fields = ("notification__announcement__text", "notification__user__email")
    ordering = ("-pk",)

    @display(description="What")
    def what(self, row: Delivery) -> str:
        """The announcement's text."""
        return row.notification.announcement.text

    @display(description="To")
    def to(self, row: Delivery) -> str:
        """Whom it goes to."""
        return row.notification.user.display_name

    @display(description="State", label=STATE_COLOURS)
    def state(self, row: Delivery) -> str:
        """Whether the mail server took it."""
        return "Sent" if row.sent_at else "On its way"


@admin.register(Subscription)
class SubscriptionAdmin(RecordAdmin):
    """Who follows what, newest first."""

    related = ("user",)
    list_display = ("user", "subject", "created_at")
    search_fields = ("subject", "user__display_name", "user__email")
    ordering = ("-created_at", "-pk")
