"""What every view of the API keeps of the contract, whatever it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from rest_framework.request import Request

from foundation.http.filtering import refuse_unknown_parameters
from foundation.http.rate_limits import Scopes, count_request


class ContractMixin:
    """The first base of each view under `/api/v1/`.

    It refuses query parameters where the view reads none: everywhere but in its list. What other
    actions read stands in `query_parameters`, by their names.
    """

    query_parameters: ClassVar[Mapping[str, frozenset[str]]] = {}
    # Limits beyond the usual ones: names from `SCOPES`, for the whole view or by action.
    rate_scopes: ClassVar[Scopes] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the parameters once the reader is known to be allowed here."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        action = getattr(self, "action", None) or ""
        if action != "list":
            refuse_unknown_parameters(request, self.query_parameters.get(action, frozenset()))

    def check_permissions(self, request: Request) -> None:
        """Count the request, whether or not it is allowed: asker known, nothing looked up yet."""
        count_request(request, self.rate_scopes, action=getattr(self, "action", None))
        super().check_permissions(request)  # type: ignore[misc]
