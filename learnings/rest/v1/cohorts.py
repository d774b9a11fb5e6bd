"""Cohorts and their briefs over HTTP. They are managed in the admin site."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.shortcuts import get_object_or_404
from drf_yasg.utils import swagger_serializer_method
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.models import Cohort
from foundation.http.shared_answers import SharedAnswersMixin
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from learnings.importing.judging import rubric_of
from learnings.importing.reviewing import Expectation
from learnings.models import Brief


class CohortSerializer(serializers.ModelSerializer):
    """Learners who go through a programme together."""

    members_count = serializers.IntegerField(read_only=True, help_text="Active ones.")

    class Meta:
        model = Cohort
        fields = ["id", "name", "slug", "starts_on", "ends_on", "members_count"]
        read_only_fields = fields
        ref_name = "Cohort"


class ExpectationSerializer(serializers.Serializer):
    """A section that a README is expected to have."""

    code = serializers.CharField()
    title = serializers.CharField()
    minimum = serializers.IntegerField(help_text="How many entries it should hold at least.")
    why = serializers.CharField()
    mend = serializers.CharField()

    class Meta:
        ref_name = "Expectation"


class RubricSerializer(serializers.Serializer):
    """What a README is reviewed by."""

    sections = serializers.SerializerMethodField(help_text="Those that are expected.")
    checks = serializers.SerializerMethodField(help_text="Codes of what else is looked at.")

    class Meta:
        ref_name = "Rubric"

    @swagger_serializer_method(ExpectationSerializer(many=True))
    def get_sections(self, rubric: Any) -> list[Any]:
        """The expected sections."""
        sections: list[Expectation] = [each for each in rubric.sections if each.expected]
        return list(ExpectationSerializer(sections, many=True).data)

    @swagger_serializer_method(serializers.ListField(child=serializers.CharField()))
    def get_checks(self, rubric: Any) -> list[str]:
        """The codes, by name."""
        return sorted(rubric.checks)


class BriefSerializer(serializers.ModelSerializer):
    """What a cohort asks of its READMEs, and until when."""

    cohort: Any = serializers.PrimaryKeyRelatedField(read_only=True)
    deadline_at = serializers.DateTimeField(source="deadline", read_only=True)
    rubric = serializers.SerializerMethodField()

    class Meta:
        model = Brief
        fields = ["cohort", "title", "deadline_at", "rubric"]
        read_only_fields = fields
        ref_name = "Brief"

    @swagger_serializer_method(RubricSerializer)
    def get_rubric(self, brief: Brief) -> dict[str, Any]:
        """The whole rubric: the standard with what the brief changes."""
        return dict(RubricSerializer(rubric_of(brief)).data)


class CohortViewSet(
    ContractMixin,
    SharedAnswersMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet,
):
    """Cohorts with their briefs. Everybody reads them."""

    serializer_class = CohortSerializer
    lookup_value_regex = "[0-9]{1,18}"
    ordering_fields = ("-starts_on", "name")
    made_from = ("cohorts", "users")

    def is_everybodys(self, row: Any) -> bool:  # noqa: ARG002
        """Always: everybody reads all cohorts."""
        return True

    def get_queryset(self) -> QuerySet[Any]:
        """All cohorts with the number of their active members, the newest first."""
        active = Count("memberships", filter=Q(memberships__user__is_active=True))
        return Cohort.objects.annotate(members_count=active)

    @documented(answers={200: BriefSerializer})
    @action(detail=True)
    def brief(self, _request: Request, **kwargs: Any) -> Response:
        """What this cohort asks of its READMEs, and until when."""
        briefs = Brief.objects.select_related("cohort")
        return Response(BriefSerializer(get_object_or_404(briefs, cohort_id=kwargs["pk"])).data)
