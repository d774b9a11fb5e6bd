"""Stock Django REST framework over the same tables, as its documentation teaches it.

`ModelSerializer`s, `select_related` and `prefetch_related`, counts as subqueries, cursor paging,
simplejwt with the user from the database, `cache_page` on Django's Redis cache, persistent
connections, and the middleware that `startproject` writes. It has no rate limits, request ids,
entity tags, audiences or invalidation: whatever it lacks makes it faster here.
"""
