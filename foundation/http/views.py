"""What every view of the API keeps of the contract, whatever it is about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.db import transaction
from django.http.response import HttpResponseBase
from rest_framework.generics import GenericAPIView
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.http import conditional, idempotency
from foundation.http.filtering import refuse_unknown_parameters
from foundation.http.private_answers import holds_secrets
from foundation.http.rate_limits import Scopes, count_request
from foundation.http.sparse import ChoosingMixin
from foundation.models import EditedModel

Handler = Callable[..., HttpResponseBase]


class ContractMixin(ChoosingMixin):
    """The first base of each view under `/api/v1/`.

    It refuses query parameters where the view reads none: everywhere but in its list. What other
    actions read stands in `query_parameters`, by their names. Lists and details can be trimmed
    and expanded (`ChoosingMixin`). `If-Match` and `Idempotency-Key` are honoured on writes, and
    each answer tells which revision it shows.
    """

    query_parameters: ClassVar[Mapping[str, frozenset[str]]] = {}
    # Limits beyond the usual ones: names from `SCOPES`, for the whole view or by action.
    rate_scopes: ClassVar[Scopes] = ()
    shown: Any = None  # the serializer that was made last

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the parameters once the reader is known to be allowed here."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        action = getattr(self, "action", None) or ""
        if request.method not in self.allowed_methods:  # type: ignore[attr-defined]
            return  # 405, which REST framework says: no parameter would make it better
        if action != "list":
            known = self.query_parameters.get(action, frozenset()) | self.choosing_parameters
            refuse_unknown_parameters(request, known)
        # A token that is refused may end its family all the same: nothing of that is rolled back.
        if request.method not in SAFE_METHODS and not holds_secrets(request.path):
            self._take_care(request)

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Name the methods in `Allow`. What they take and answer, the documents say better."""
        return Response(status=204)

    def edited_row(self) -> EditedModel | None:
        """The row whose revision begins the tags of this address, None if it has none.

        What the reader may not see raises as it does for the handler.
        """
        if getattr(self, "lookup_field", None) not in self.kwargs:  # type: ignore[attr-defined]
            return None
        row = self.get_object()  # type: ignore[attr-defined]
        return row if isinstance(row, EditedModel) else None

    def get_serializer(self, *args: Any, **kwargs: Any) -> Any:
        """The serializer, remembered: the last one made tells what the answer shows."""
        if not isinstance(self, GenericAPIView):
            return None  # the documentation asks views that have none, too
        self.shown = super().get_serializer(*args, **kwargs)
        return self.shown

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Note on the answer which revision it shows, if it shows one edited row."""
        answer = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        row = self.shown_row
        if row is not None and answer.status_code in {200, 201}:
            setattr(answer, conditional.REVISION, row.revision)
        return answer

    @property
    def shown_row(self) -> EditedModel | None:
        """The one edited row that the answer shows, or None."""
        row = getattr(self.shown, "instance", None)
        return row if isinstance(row, EditedModel) else None

    def _take_care(self, request: Request) -> None:
        """Put the handler of a write behind what the request's headers ask for."""
        name = request.method.lower() if request.method else ""
        handler: Handler | None = getattr(self, name, None)
        if handler is None:
            return  # 405, which REST framework says
        if "If-Match" in request.headers:
            handler = self._matching(request, handler)
        # Outermost: a repeated answer was matched when it was given.
        if request.method == "POST" and idempotency.is_asked_for(request):
            handler = self._once(request, handler)
        setattr(self, name, handler)

    def _matching(self, request: Request, handler: Handler) -> Handler:
        tags = conditional.tags_of(request)

        def handle(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            with transaction.atomic():
                conditional.require_match(tags, self.edited_row())
                return handler(request, *args, **kwargs)

        return handle

    def _once(self, request: Request, handler: Handler) -> Handler:
        key = idempotency.key_of(request)

        def handle(request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
            def answer() -> Any:
                response = handler(request, *args, **kwargs)
                # What REST framework does after the handler, done here to have the bytes.
                finished = self.finalize_response(request, response, *args, **kwargs)
                return finished.render() if hasattr(finished, "render") else finished

            return idempotency.answer_once(request, key, answer)

        return handle

    def check_permissions(self, request: Request) -> None:
        """Count the request, whether or not it is allowed: asker known, nothing looked up yet."""
        count_request(request, self.rate_scopes, action=getattr(self, "action", None))
        super().check_permissions(request)  # type: ignore[misc]
