"""Proposed changes of published entries over HTTP."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings import revising
from learnings.models import (
    Challenge,
    Entry,
    EntryType,
    Learning,
    LearningKind,
    Revision,
    RevisionStatus,
    Solution,
)
from learnings.rest.v1.serializers import AuthorSerializer, RejectionSerializer


class ContentSerializer(serializers.Serializer):
    """Texts of an entry by field name: those that it has, or that are meant."""

    is_partial = True  # for the documentation: no field is always there
    kind = serializers.ChoiceField(choices=LearningKind.choices, required=False)
    title = serializers.CharField(required=False)
    problem = serializers.CharField(required=False)
    body = serializers.CharField(required=False)

    class Meta:
        ref_name = "Content"


class ChangesSerializer(ContentSerializer):
    """New values by field name: of what is to change, and of nothing else."""

    topics = serializers.ListField(
        child=serializers.SlugField(),
        required=False,
        help_text="All of them, as slugs.",
    )

    class Meta:
        ref_name = "Changes"


class RevisionSerializer(serializers.ModelSerializer):
    """Other words for a published entry, and what was decided about them."""

    type = serializers.ChoiceField(
        source="entry_type", choices=EntryType.choices, read_only=True, help_text="The entry's."
    )
    entry = serializers.SerializerMethodField(help_text="The entry's id.")
    changes = ChangesSerializer(read_only=True)
    reason = serializers.SerializerMethodField(help_text="Why it was rejected, or null.")
    import_run: Any = serializers.PrimaryKeyRelatedField(
        read_only=True, help_text="The import whose README says so; null if it was typed in."
    )
    proposed_by = AuthorSerializer(read_only=True)

    class Meta:
        model = Revision
        fields = [
            "id", "type", "entry", "changes", "status", "reason", "import_run", "proposed_by",
            "created_at", "decided_at",
        ]  # fmt: skip
        read_only_fields = fields
        ref_name = "Revision"

    def get_entry(self, revision: Revision) -> int:
        """The entry's id."""
        return revision.key[1]

    def get_reason(self, revision: Revision) -> str | None:
        """The reason of a rejection."""
        return revision.reason or None


class RevisionFilterSet(filters.FilterSet):
    """Filters of revisions."""

    status = filters.ChoiceFilter(choices=RevisionStatus.choices)

    class Meta:
        model = Revision
        fields: ClassVar[list[str]] = []


class RevisionViewSet(
    ContractMixin, mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet
):
    """Changes of published entries, proposed by their authors or their READMEs."""

    serializer_class = RevisionSerializer
    filterset_class = RevisionFilterSet
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = ("-created_at",)

    def get_queryset(self) -> QuerySet[Any]:
        """Those of the reader's own entries; curators see all."""
        if getattr(self, "swagger_fake_view", False):
            return Revision.objects.none()
        return Revision.objects.visible_to(signed_in(self.request)).select_related("proposed_by")

    @documented(problems=[403, 409])
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **_kwargs: Any) -> Response:
        """Put the proposed words in the place of the published ones."""
        revision = revising.approve(self.get_object(), by=signed_in(request), at=timezone.now())
        return Response(self.get_serializer(revision).data)

    @documented(takes=RejectionSerializer, problems=[403, 409])
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, **_kwargs: Any) -> Response:
        """Let the published words stand, with a reason for the author."""
        revision = self.get_object()
        body = RejectionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data["reason"]
        rejected = revising.reject(
            revision, by=signed_in(request), reason=reason, at=timezone.now()
        )
        return Response(self.get_serializer(rejected).data)


class EntryRevisionsViewSet(ContractMixin, mixins.ListModelMixin, GenericViewSet):
    """What was proposed for one entry: for its author and curators."""

    model: ClassVar[type[Entry]]
    serializer_class = RevisionSerializer
    filterset_class = RevisionFilterSet
    ordering_fields = ("-created_at",)

    def get_queryset(self) -> QuerySet[Any]:
        """Revisions of the entry in the address, if the reader may see it."""
        if getattr(self, "swagger_fake_view", False):
            return Revision.objects.none()
        reader = signed_in(self.request)
        rows: Any = self.model._default_manager.all()
        entry: Entry = get_object_or_404(rows.visible_to(reader), pk=self.kwargs["entry_id"])
        own = Revision.objects.visible_to(reader).filter(**{entry.type_name: entry})
        return own.select_related("proposed_by")


class LearningRevisionsViewSet(EntryRevisionsViewSet):
    """What was proposed for a learning: for its author and curators."""

    model = Learning


class ChallengeRevisionsViewSet(EntryRevisionsViewSet):
    """What was proposed for a challenge: for its author and curators."""

    model = Challenge


class SolutionRevisionsViewSet(EntryRevisionsViewSet):
    """What was proposed for a solution: for its author and curators."""

    model = Solution
