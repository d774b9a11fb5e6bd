"""Addresses of the product, below `/api/v1/`."""

from django.urls import path
from rest_framework.routers import SimpleRouter

from learnings.rest.v1 import entries, imports, sources, subscriptions, topics

router = SimpleRouter()
router.register("topics", topics.TopicViewSet, basename="topic")
router.register("learnings", entries.LearningViewSet, basename="learning")
router.register("challenges", entries.ChallengeViewSet, basename="challenge")
router.register("solutions", entries.SolutionViewSet, basename="solution")
router.register("imports", imports.ImportViewSet, basename="import")
router.register("sources", sources.SourceViewSet, basename="source")
router.register("subscriptions", subscriptions.SubscriptionViewSet, basename="subscription")

urlpatterns = [
    path(
        "challenges/<int:challenge_id>/solutions/",
        entries.ChallengeSolutionsViewSet.as_view({"get": "list", "post": "create"}),
        name="challenge-solutions",
    ),
    *router.urls,
]
