"""Addresses of the product, below `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from learnings.rest.v1 import (
    cohorts,
    conflicts,
    entries,
    imports,
    me,
    own_account,
    personal_export,
    readme,
    revisions,
    search,
    similar,
    sources,
    subscriptions,
    topics,
)

router = SimpleRouter()
router.register("topics", topics.TopicViewSet, basename="topic")
router.register("learnings", entries.LearningViewSet, basename="learning")
router.register("challenges", entries.ChallengeViewSet, basename="challenge")
router.register("solutions", entries.SolutionViewSet, basename="solution")
router.register("cohorts", cohorts.CohortViewSet, basename="cohort")
router.register("imports", imports.ImportViewSet, basename="import")
router.register("sources", sources.SourceViewSet, basename="source")
router.register("revisions", revisions.RevisionViewSet, basename="revision")
router.register("subscriptions", subscriptions.SubscriptionViewSet, basename="subscription")

urlpatterns = [
    path("me/", own_account.OwnAccountView.as_view(), name="me"),
    path("me/export/", personal_export.PersonalExportView.as_view(), name="me-export"),
    *(
        path(
            f"{name}s/<int:entry_id>/revisions/",
            view.as_view({"get": "list"}),
            name=f"{name}-revisions",
        )
        for name, view in (
            ("learning", revisions.LearningRevisionsViewSet),
            ("challenge", revisions.ChallengeRevisionsViewSet),
            ("solution", revisions.SolutionRevisionsViewSet),
        )
    ),
    path(
        "imports/<int:import_id>/conflicts/",
        conflicts.ConflictViewSet.as_view({"get": "list"}),
        name="import-conflicts",
    ),
    path(
        "imports/<int:import_id>/conflicts/<int:number>/",
        conflicts.ConflictViewSet.as_view({"post": "resolve"}),
        name="import-conflict",
    ),
    path(
        "challenges/<int:challenge_id>/solutions/",
        entries.ChallengeSolutionsViewSet.as_view({"get": "list", "post": "create"}),
        name="challenge-solutions",
    ),
    *(
        path(f"me/{name}/", view.as_view({"get": "list"}), name=f"my-{name}")
        for name, view in (
            ("entries", me.OwnEntryViewSet),
            ("bookmarks", me.BookmarkViewSet),
            ("votes", me.VoteViewSet),
        )
    ),
    path("search/", search.SearchView.as_view({"get": "search"}), name="search"),
    path(
        "challenges/similar/",
        similar.SimilarView.as_view({"get": "similar"}),
        name="similar-challenges",
    ),
    path("users/<int:id>/readme/", readme.ReadmeView.as_view(), name="user-readme"),
    *router.urls,
]
