"""`me/`: one's own account, from the profile to leaving.

The profile is the business of `accounts`. Leaving is not: what a person wrote has to go with them,
and only this floor knows what that is. So the address is served from here, by the view from below
with one method more.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.authentication import signed_in
from accounts.rest.permissions import NeedsSession
from accounts.rest.v1.profiles import MeView
from foundation.openapi.describing import documented
from learnings.leaving import leave


class OwnAccountView(MeView):
    """`me/`."""

    http_method_names = [*MeView.http_method_names, "delete"]

    def get_permissions(self) -> list[Any]:
        """Whoever leaves has logged in: a script's token must not end what its owner has."""
        if self.request.method == "DELETE":
            return [NeedsSession()]
        return list(super().get_permissions())

    @documented(answers={204: "Left."}, problems=[403, 409])
    def delete(self, request: Request, *_args: Any, **_kwargs: Any) -> Response:
        """Delete your account.

        At once and for good. What you published stays, by “Former member”, without your name and
        without the repository that it came from. Everything else is deleted: your profile, drafts
        and what is in review, sent back or retracted, votes, bookmarks, imports with their
        READMEs, followed sources, proposals, notifications, tokens. A challenge of yours that is
        not published, but that others solved, stays hidden, without your name. Somebody who
        published nothing is deleted wholly. All tokens are refused from now on. You may sign up
        again with the same address: nothing of the old is found there. Read `me/export/` before.
        """
        leave(signed_in(request), at=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
