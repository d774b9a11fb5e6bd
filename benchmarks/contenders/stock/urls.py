"""Routers."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from benchmarks.contenders.stock import api

router = SimpleRouter()
router.register("challenges", api.ChallengeViewSet, basename="computed")
router.register("numbered", api.NumberedViewSet, basename="numbered")
router.register("cached", api.CachedViewSet, basename="cached")
router.register("open", api.OpenViewSet, basename="open")
urlpatterns = router.urls
