"""`me/export/`: everything that the hub keeps about a person, for that person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Membership, PersonalToken, TokenFamily, User
from accounts.rest.authentication import signed_in
from accounts.rest.v1.serializers import MeSerializer
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings.models import (
    Bookmark,
    Challenge,
    EntryType,
    ImportRun,
    Learning,
    Revision,
    Solution,
    Source,
    Vote,
)
from learnings.rest.v1.import_serializers import ImportSerializer
from learnings.rest.v1.revisions import RevisionSerializer
from learnings.rest.v1.serializers import (
    ChallengeSerializer,
    LearningSerializer,
    SolutionSerializer,
)
from learnings.rest.v1.sources import FollowedSourceSerializer
from learnings.rest.v1.subscriptions import SubscriptionSerializer, slugs_of
from notifications.models import Notification, Subscription
from notifications.preferring import wishes
from notifications.rest.v1.preferences import NotificationPreferencesSerializer
from notifications.rest.v1.serializers import NotificationSerializer


class ExportedProfileSerializer(MeSerializer):
    """The profile, and what only the hub looks at."""

    class Meta(MeSerializer.Meta):
        fields = [*MeSerializer.Meta.fields, "email_verified_at", "last_login"]
        read_only_fields = [*MeSerializer.Meta.read_only_fields, "email_verified_at", "last_login"]
        ref_name = "ExportedProfile"


class ExportedMarkSerializer(serializers.Serializer):
    """A vote or a bookmark."""

    type = serializers.ChoiceField(
        source="entry_type", choices=EntryType.choices, read_only=True, help_text="The entry's."
    )
    id = serializers.SerializerMethodField(help_text="The entry's id.")
    created_at = serializers.DateTimeField(read_only=True)

    class Meta:
        ref_name = "ExportedMark"

    def get_id(self, mark: Any) -> int:
        """The entry's id."""
        found: int = mark.key[1]
        return found


class ExportedImportSerializer(ImportSerializer):
    """An import with the README that was read."""

    text = serializers.SerializerMethodField(
        help_text="As it was read; bytes that are no UTF-8 are shown as �."
    )

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "repository", "commit", "text"]
        read_only_fields = fields
        ref_name = "ExportedImport"

    def get_text(self, run: ImportRun) -> str:
        """The README."""
        return bytes(run.content).decode(errors="replace")


class ExportedMembershipSerializer(serializers.ModelSerializer):
    """A place in a cohort."""

    cohort = serializers.CharField(source="cohort.slug", read_only=True, help_text="Its slug.")

    class Meta:
        model = Membership
        fields = ["cohort", "joined_at"]
        read_only_fields = fields
        ref_name = "ExportedMembership"


class ExportedTokenSerializer(serializers.ModelSerializer):
    """A personal token. Its text is not kept, so nobody can export it."""

    scopes = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = PersonalToken
        fields = ["name", "scopes", "created_at", "expires_at", "last_used_at", "revoked_at"]
        read_only_fields = fields
        ref_name = "ExportedToken"


class ExportedSessionSerializer(serializers.ModelSerializer):
    """A log-in."""

    refreshed_at = serializers.DateTimeField(source="current_from", read_only=True)

    class Meta:
        model = TokenFamily
        fields = ["refreshed_at", "expires_at", "revoked_at"]
        read_only_fields = fields
        ref_name = "ExportedSession"


class PersonalExportSerializer(serializers.Serializer):
    """Everything that the hub keeps about a person, and about nobody else.

    Who reviewed or voted is not named; only notifications read as they read in the app.
    """

    exported_at = serializers.DateTimeField(read_only=True)
    profile = ExportedProfileSerializer(read_only=True)
    memberships = ExportedMembershipSerializer(many=True, read_only=True)
    learnings = LearningSerializer(many=True, read_only=True)
    challenges = ChallengeSerializer(many=True, read_only=True)
    solutions = SolutionSerializer(many=True, read_only=True)
    revisions = RevisionSerializer(many=True, read_only=True)
    votes = ExportedMarkSerializer(many=True, read_only=True)
    bookmarks = ExportedMarkSerializer(many=True, read_only=True)
    subscriptions = SubscriptionSerializer(many=True, read_only=True)
    notifications = NotificationSerializer(many=True, read_only=True)
    notification_preferences = NotificationPreferencesSerializer(read_only=True)
    imports = ExportedImportSerializer(many=True, read_only=True)
    sources = FollowedSourceSerializer(many=True, read_only=True)
    personal_tokens = ExportedTokenSerializer(many=True, read_only=True)
    sessions = ExportedSessionSerializer(many=True, read_only=True)

    class Meta:
        ref_name = "PersonalExport"


class PersonalExportView(ContractMixin, APIView):
    """`me/export/`."""

    http_method_names = ["get", "head", "options"]

    @documented(name="exportMe", answers={200: PersonalExportSerializer})
    def get(self, request: Request) -> Response:
        """Export everything about you.

        One JSON document with all that the hub keeps: your profile, entries in every status,
        proposals, marks, subscriptions, notifications, imports with their READMEs, followed
        sources, the names of your tokens. A browser saves it as a file.
        """
        now = timezone.now()
        kept = everything_about(signed_in(request), at=now)
        context = {"request": request, "slugs": slugs_of(kept["subscriptions"])}
        name = f"nexus-export-{now:%Y-%m-%d}.json"
        return Response(
            PersonalExportSerializer(kept, context=context).data,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def everything_about(reader: User, *, at: datetime) -> dict[str, Any]:
    """The rows of one person by the name that the export gives them, oldest first.

    A constant number of queries, whatever they wrote.
    """
    return {
        "exported_at": at,
        "profile": User.objects.with_role().get(pk=reader.pk),
        "memberships": Membership.objects.filter(user=reader).select_related("cohort"),
        "learnings": _own(Learning, reader),
        "challenges": _own(Challenge, reader),
        "solutions": _own(Solution, reader),
        "revisions": Revision.objects.filter(proposed_by=reader)
        .select_related("proposed_by")
        .order_by("pk"),
        "votes": Vote.objects.filter(user=reader).order_by("pk"),
        "bookmarks": Bookmark.objects.filter(user=reader).order_by("pk"),
        "subscriptions": list(Subscription.objects.filter(user=reader).order_by("pk")),
        "notifications": Notification.objects.visible_to(reader)
        .select_related("announcement")
        .order_by("pk"),
        "notification_preferences": {
            "email": {event.value: comes for event, comes in wishes(reader).items()}
        },
        "imports": ImportRun.objects.filter(author=reader).order_by("pk"),
        "sources": Source.objects.filter(user=reader)
        .select_related("last_run")
        .defer("last_run__content")
        .order_by("pk"),
        "personal_tokens": PersonalToken.objects.filter(user=reader).order_by("pk"),
        "sessions": TokenFamily.objects.filter(user=reader).order_by("current_from"),
    }


def _own(model: Any, reader: User) -> Any:
    return model.objects.filter(author=reader).with_relations().order_by("pk")
