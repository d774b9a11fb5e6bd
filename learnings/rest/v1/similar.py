"""Has anyone hit this? Challenges like an error message or a draft, over HTTP."""

from __future__ import annotations

from typing import Any, Final

from drf_yasg import openapi
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.rest.permissions import IsSignedInOrPublicRead
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from foundation.openapi.shared import VISIBLE
from learnings import searching
from learnings.rest.v1.search import asked_number, asked_text, names_of, number, parameter
from learnings.rest.v1.serializers import ChallengeSerializer, SolutionSerializer

SIMILAR: Final = 10  # results
MAX_SIMILAR: Final = 20

_PARAMETERS: Final = [
    parameter(
        "q",
        "An error message as it was printed, or a draft. As long as the address may be.",
        type=openapi.TYPE_STRING, required=True, pattern=VISIBLE,
    ),
    number("limit", "How many results at most.", most=MAX_SIMILAR, default=SIMILAR),
]  # fmt: skip


class SimilarChallengeSerializer(serializers.Serializer):
    """A challenge like the text, with how many met it and what helped."""

    score = serializers.FloatField(help_text="How much alike, from 0 to 1.", min_value=0)
    learners_count = serializers.IntegerField(
        help_text="Learners who published this challenge, under nearly the same title."
    )
    challenge = ChallengeSerializer()
    accepted_solution = SolutionSerializer(allow_null=True)

    class Meta:
        ref_name = "SimilarChallenge"


class SimilarChallengesSerializer(serializers.Serializer):
    """Who met a problem like the text."""

    learners_count = serializers.IntegerField(help_text="Learners behind all results.")
    results = SimilarChallengeSerializer(many=True)

    class Meta:
        ref_name = "SimilarChallenges"


class SimilarView(ContractMixin, GenericViewSet):
    """`challenges/similar/`."""

    permission_classes = [IsSignedInOrPublicRead]
    filter_backends: list[Any] = []
    pagination_class = None
    rate_scopes = ("search",)
    query_parameters = {"similar": names_of(_PARAMETERS)}

    @documented(
        name="findSimilarChallenges",
        asks=_PARAMETERS,
        answers={200: SimilarChallengesSerializer},
    )
    def similar(self, request: Request) -> Response:
        """Has anyone hit this?

        Published challenges that say what an error message or a draft says, with the solution
        that worked, and how many learners met them. Paste the message as it is: line numbers,
        folders and times are left out. Nothing is found rather than something unlike it.
        """
        limit = asked_number(request, "limit", most=MAX_SIMILAR, default=SIMILAR)
        similar = searching.similar_to(asked_text(request), limit=limit)
        context = self.get_serializer_context()
        return Response(SimilarChallengesSerializer(similar, context=context).data)
