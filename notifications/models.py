"""Subscription, Announcement, Notification and Delivery.

A floor below the product, so nothing here knows what a topic or a challenge is. What can be
followed is a *subject*: a short string such as `topic:3` that the product makes up.
"""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User


class Event(models.TextChoices):
    """What can happen that concerns somebody."""

    ENTRY_SUBMITTED = "ENTRY_SUBMITTED", "Waiting for review"
    ENTRY_PUBLISHED = "ENTRY_PUBLISHED", "Published"
    ENTRY_REJECTED = "ENTRY_REJECTED", "Rejected"
    SOLUTION_ADDED = "SOLUTION_ADDED", "New solution"
    SOLUTION_ACCEPTED = "SOLUTION_ACCEPTED", "Solution accepted"
    TOPIC_ENTRY = "TOPIC_ENTRY", "New in a topic"
    IMPORT_FINISHED = "IMPORT_FINISHED", "Import finished"
    REVISION_PROPOSED = "REVISION_PROPOSED", "Revision waiting"
    REVISION_DECIDED = "REVISION_DECIDED", "Revision decided"
    BRIEF_REMINDER = "BRIEF_REMINDER", "Deadline near"


class Channel(models.TextChoices):
    """How a notification travels beyond the in-app list."""

    EMAIL = "EMAIL", "E-mail"


class Subscription(models.Model):
    """Somebody follows a subject."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions"
    )
    subject = models.CharField(max_length=100)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "subject"], name="one_subscription"),
        ]
        indexes = [models.Index(fields=["subject", "user"], name="subscribers")]

    def __str__(self) -> str:
        return f"{self.user} follows {self.subject}"


class Announcement(models.Model):
    """Something happened: written in the transaction in which it did, delivered afterwards."""

    key = models.CharField(max_length=200, unique=True, help_text="Names the happening, once.")
    event = models.CharField(max_length=20, choices=Event.choices)
    text = models.CharField(max_length=500)
    target = models.CharField(max_length=200, help_text="Address of the thing, from the root.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    recipients = models.JSONField(default=list, help_text="Ids of those concerned directly.")
    subjects = models.JSONField(default=list, help_text="Whose followers hear of it.")
    to_curators = models.BooleanField(default=False)
    by_email = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="announcement_newest")]

    def __str__(self) -> str:
        return self.text


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Questions about notifications."""

    def visible_to(self, user: User) -> Self:
        """Those addressed to `user`, and nobody else's whatever the role."""
        return self.filter(user=user)

    def unread(self) -> Self:
        """Those not read yet."""
        return self.filter(read_at=None)


class Notification(models.Model):
    """An announcement as one person sees it. One per person, however often it is delivered."""

    announcement = models.ForeignKey(
        Announcement, on_delete=models.CASCADE, related_name="notifications"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications"
    )
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[models.Manager[Notification]] = NotificationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["announcement", "user"], name="one_notification"),
        ]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="notification_newest"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.announcement} → {self.user}"


class Delivery(models.Model):
    """A notification on its way through one channel. Sent once it has `sent_at`."""

    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Fixed before the first attempt, so that a repeated e-mail can be recognised as the same.
    message_id = models.UUIDField(default=uuid.uuid4, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["notification", "channel"], name="one_delivery"),
        ]

    def __str__(self) -> str:
        return f"{self.notification} by {self.channel}"


class EmailPreference(models.Model):
    """Which events a person does not want by e-mail. Without a row everything comes."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="email_preference"
    )
    muted = models.JSONField(default=list, help_text="Names of events.")

    def __str__(self) -> str:
        return f"E-mail preference of {self.user}"
