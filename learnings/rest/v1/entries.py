"""Learnings, challenges and solutions over HTTP.

Translators: each view finds the entry among those that the reader may see, makes one call into
the domain and answers with what came of it.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.functional import cached_property
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.rest.authentication import signed_in
from accounts.rest.permissions import IsSignedInOrPublicRead
from foundation.http.sparse import READING
from foundation.http.views import ContractMixin
from foundation.models import EditedModel
from foundation.openapi.describing import documented
from learnings import marking, publishing, revising
from learnings.models import Challenge, Entry, Learning, Solution, Status
from learnings.rest.v1 import filters, serializers
from learnings.rest.v1.fetching import CHALLENGE_EXPANSIONS, fetched
from learnings.rest.v1.lists import EntryListMixin, FragmentedEntriesMixin
from learnings.rest.v1.revisions import RevisionSerializer


class EntryViewSet(
    ContractMixin,
    FragmentedEntriesMixin,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    GenericViewSet,
):
    """What the three kinds of entries share."""

    permission_classes = [IsSignedInOrPublicRead]
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> Any:
        """Entries that the reader may see; in the shared list only published ones."""
        rows: Any = self.model._default_manager.all()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        if self.action == "list" and self.is_shared(self.request):
            return fetched(rows.published(), self.choice)
        rows = rows.visible_to(self.request.user)
        # What is written is read again, under its lock: of the row only its id is needed.
        return fetched(rows, self.choice) if self.action in READING else rows

    def create(self, request: Request) -> Response:
        """Write a draft.

        Only you and curators see it. `submit` puts it before the curators.
        """
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        self.check_new(serializer)
        entry = serializer.save(author=signed_in(request))
        return Response(
            serializer.data, status=status.HTTP_201_CREATED, headers={"Location": entry.address}
        )

    def check_new(self, serializer: BaseSerializer) -> None:
        """Refuse an entry that may not be made; for views to override."""

    @documented(also={202: RevisionSerializer}, problems=[403, 409])
    def partial_update(self, request: Request, **_kwargs: Any) -> Response:
        """Change some fields of an entry, or propose the change.

        An author's change of a published entry becomes a proposed revision, which takes the place
        of an open one; the published words stay until it is approved. Curators change at once.
        """
        entry = self.get_object()
        serializer = self.get_serializer(entry, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changed = revising.change(
            entry, by=signed_in(request), changes=serializer.validated_data, at=timezone.now()
        )
        if isinstance(changed, Entry):
            return self._answer(changed)
        return Response(
            RevisionSerializer(changed).data,
            status=status.HTTP_202_ACCEPTED,
            headers={"Location": f"/api/v1/revisions/{changed.pk}/"},
        )

    @documented(problems=[403, 409])
    def destroy(self, request: Request, **_kwargs: Any) -> Response:
        """Delete a draft, a rejected or a retracted entry."""
        publishing.discard(self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @documented(problems=[403, 409])
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, **_kwargs: Any) -> Response:
        """Put an own draft into the review queue."""
        entry = self.get_object()
        return self._answer(publishing.submit(entry, by=signed_in(request), at=timezone.now()))

    @documented(problems=[403, 409])
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, **_kwargs: Any) -> Response:
        """Publish an entry that is in review."""
        entry = self.get_object()
        return self._answer(publishing.publish(entry, by=signed_in(request), at=timezone.now()))

    @documented(takes=serializers.RejectionSerializer, problems=[403, 409])
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, **_kwargs: Any) -> Response:
        """Send an entry back to its author with a reason."""
        entry = self.get_object()
        body = serializers.RejectionSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        reason = body.validated_data["reason"]
        return self._answer(
            publishing.reject(entry, by=signed_in(request), reason=reason, at=timezone.now())
        )

    @documented(problems=[403, 409])
    @action(detail=True, methods=["post"])
    def retract(self, request: Request, **_kwargs: Any) -> Response:
        """Take an entry back for good."""
        entry = self.get_object()
        return self._answer(publishing.retract(entry, by=signed_in(request), at=timezone.now()))

    @documented(problems=[403])
    @action(detail=True, methods=["put"])
    def vote(self, request: Request, **_kwargs: Any) -> Response:
        """Say that an entry helped."""
        marking.vote(self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @vote.mapping.delete
    def unvote(self, request: Request, **_kwargs: Any) -> Response:
        """Take the vote back."""
        marking.unvote(self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @action(detail=True, methods=["put"])
    def bookmark(self, request: Request, **_kwargs: Any) -> Response:
        """Keep an entry for later."""
        marking.bookmark(self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @bookmark.mapping.delete
    def unbookmark(self, request: Request, **_kwargs: Any) -> Response:
        """Let go of a bookmark."""
        marking.unbookmark(self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _answer(self, entry: Entry) -> Response:
        return Response(self._shown(entry))

    def _shown(self, entry: Entry) -> Any:
        """The entry as a fresh read would show it."""
        rows: Any = self.model._default_manager.filter(pk=entry.pk)
        return self.get_serializer(rows.with_relations().get()).data


class LearningViewSet(EntryViewSet):
    """Technologies, concepts, best practices, takeaways and goals."""

    model = Learning
    serializer_class = serializers.LearningSerializer
    filterset_class = filters.LearningFilterSet
    shown_from = ("learnings", "topics", "users")


class ChallengeViewSet(EntryViewSet):
    """Problems that learners met."""

    model = Challenge
    serializer_class = serializers.ChallengeSerializer
    filterset_class = filters.ChallengeFilterSet
    expansions = CHALLENGE_EXPANSIONS
    shown_from = ("challenges", "solutions", "topics", "users")


class SolutionViewSet(EntryViewSet):
    """How problems were solved."""

    model = Solution
    serializer_class = serializers.SolutionSerializer
    filterset_class = filters.SolutionFilterSet
    shown_from = ("solutions", "challenges", "topics", "users")

    def is_everybodys(self, row: Any) -> bool:
        """Whether every reader gets the same: its challenge is published, too."""
        return super().is_everybodys(row) and row.challenge.status == Status.PUBLISHED

    def edited_row(self) -> EditedModel | None:
        """The solution; where it is accepted, its challenge is held first, as accepting does."""
        row = super().edited_row()
        if isinstance(row, Solution) and self.action in {"accept", "unaccept"}:
            publishing.locked(row.challenge)
        return row

    def check_new(self, serializer: BaseSerializer) -> None:
        """A solution needs a published challenge."""
        publishing.require_open(serializer.validated_data["challenge"])

    @documented(problems=[403, 409])
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **_kwargs: Any) -> Response:
        """Mark this solution as the one that worked."""
        solution = self.get_object()
        return self._answer(publishing.accept(solution, by=signed_in(request), at=timezone.now()))

    @documented(problems=[403])
    @accept.mapping.delete
    def unaccept(self, request: Request, **_kwargs: Any) -> Response:
        """Take the acceptance back."""
        publishing.unaccept(self.get_object(), by=signed_in(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class ChallengeSolutionsViewSet(
    ContractMixin, EntryListMixin, mixins.ListModelMixin, GenericViewSet
):
    """The solutions of one challenge."""

    permission_classes = [IsSignedInOrPublicRead]
    serializer_class = serializers.SolutionSerializer
    filterset_class = filters.ChallengeSolutionFilterSet
    shown_from = SolutionViewSet.shown_from

    @cached_property
    def challenge(self) -> Challenge:
        """The challenge in the address, if the reader may see it."""
        rows = Challenge.objects.visible_to(self.request.user)
        found: Challenge = get_object_or_404(rows, pk=self.kwargs["challenge_id"])
        return found

    def edited_row(self) -> None:
        """None: this is a list. But of a challenge that the reader may see."""
        _seen = self.challenge

    def may_be_remembered(self) -> bool:
        """Whether everybody would get this list: of a draft's, others must not even hear."""
        return self.challenge.status == Status.PUBLISHED

    def get_queryset(self) -> Any:
        """Solutions of the challenge that the reader may see."""
        rows: Any = Solution.objects.all()
        if getattr(self, "swagger_fake_view", False):
            return rows.none()
        rows = fetched(rows.filter(challenge=self.challenge), self.choice)
        if self.is_shared(self.request):
            return rows.published()
        return rows.visible_to(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializer that the challenge is known from the address."""
        return {**super().get_serializer_context(), "challenge": True}

    @documented(problems=[409])
    def create(self, request: Request, **_kwargs: Any) -> Response:
        """Write a draft of a solution.

        Only you and curators see it. Its challenge must be published.
        """
        publishing.require_open(self.challenge)
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        solution = serializer.save(author=signed_in(request), challenge=self.challenge)
        return Response(
            serializer.data, status=status.HTTP_201_CREATED, headers={"Location": solution.address}
        )
