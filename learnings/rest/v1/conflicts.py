"""Where the hub and a README both changed, over HTTP."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from rest_framework import mixins, serializers
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from foundation.http.serializers import StrictSerializer
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings.importing.resolving import resolve
from learnings.models import EntryType, ImportConflict, ImportRun, Keep
from learnings.rest.v1.revisions import ContentSerializer


class ConflictSerializer(serializers.ModelSerializer):
    """An entry with both texts. `keep` is null until somebody decides."""

    type = serializers.ChoiceField(
        source="entry_type", choices=EntryType.choices, read_only=True, help_text="The entry's."
    )
    entry = serializers.SerializerMethodField(help_text="The entry's id.")
    hub = ContentSerializer(read_only=True)
    readme = ContentSerializer(read_only=True)
    keep = serializers.SerializerMethodField(help_text="`HUB`, `README` or null.")

    class Meta:
        model = ImportConflict
        fields = [
            "number", "type", "entry", "hub", "readme", "first_line", "last_line", "keep",
            "resolved_at",
        ]  # fmt: skip
        read_only_fields = fields
        ref_name = "Conflict"

    def get_entry(self, conflict: ImportConflict) -> int:
        """The entry's id."""
        return conflict.key[1]

    def get_keep(self, conflict: ImportConflict) -> str | None:
        """Whose words won."""
        return conflict.keep or None


class ResolutionSerializer(StrictSerializer):
    """Whose words to keep."""

    keep = serializers.ChoiceField(choices=Keep.choices)

    class Meta:
        ref_name = "Resolution"


class ConflictViewSet(ContractMixin, mixins.ListModelMixin, GenericViewSet):
    """Entries that changed both on the hub and in their README."""

    serializer_class = ConflictSerializer
    filterset_class = None
    ordering_fields = ("number",)

    def get_queryset(self) -> QuerySet[Any]:
        """The conflicts of the import in the address, if the reader may see it."""
        if getattr(self, "swagger_fake_view", False):
            return ImportConflict.objects.none()
        runs = ImportRun.objects.visible_to(signed_in(self.request)).only("pk")
        run = get_object_or_404(runs, pk=self.kwargs["import_id"])
        return ImportConflict.objects.filter(import_run=run)

    @documented(
        name="resolveImportConflict",
        takes=ResolutionSerializer,
        answers={200: ConflictSerializer},
        problems=[403, 409],
    )
    def resolve(self, request: Request, **_kwargs: Any) -> Response:
        """Keep the hub's words, or take the README's.

        The README's words go into a draft at once; for a published entry they become a proposed
        revision. Either way the same README does not raise the conflict again.
        """
        conflict = get_object_or_404(self.get_queryset(), number=self.kwargs["number"])
        body = ResolutionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        keep = Keep(body.validated_data["keep"])
        resolved = resolve(conflict, keep=keep, by=signed_in(request), at=timezone.now())
        return Response(self.get_serializer(resolved).data)
