"""Operations: what is done at an address, what it takes and what comes back."""

from __future__ import annotations

import inspect
from http import HTTPStatus
from typing import Any, Final

from drf_yasg import openapi
from drf_yasg.inspectors import SwaggerAutoSchema
from drf_yasg.utils import force_serializer_instance
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS, AllowAny

from foundation.http.problems import MEDIA_TYPE
from foundation.http.sparse import READING
from foundation.models import EditedModel
from foundation.openapi import shared
from foundation.openapi.naming import Place
from foundation.openapi.parameters import choosing
from foundation.openapi.shapes import Direction, choice_of, travelling

BASE: Final = "/api/v1"
_SECRETS: Final = (f"{BASE}/auth/", f"{BASE}/me/tokens/")  # shown once and kept nowhere
_JSON: Final = "application/json"
_MULTIPART: Final = "multipart/form-data"

_ANSWERS: Final = {
    200: "What was asked for.",
    201: "Made.",
    202: "Taken. The header `Location` tells where to see how far it is.",
    204: "Done. The answer has no body.",
}


class OperationInspector(SwaggerAutoSchema):
    """Describes one method of one view."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        action = getattr(self.view, "action", None) or _plain_action(self.method)
        self.place = Place(path=self.path.removeprefix(BASE), action=action)

    def get_operation_id(self, operation_keys: Any = None) -> str:  # noqa: ARG002
        """A name in camel case that a client's method can have."""
        given: str | None = self.overrides.get("operation_id")
        return given or self.place.operation_id

    def get_tags(self, operation_keys: Any = None) -> list[str]:  # noqa: ARG002
        """One tag: the resource."""
        first = _first(self.place.path)
        is_of_a_resource = hasattr(self.view, "action") and first != "me"
        return [self.place.resource if is_of_a_resource else first]

    def get_summary_and_description(self) -> tuple[str, str]:
        """The view method's docstring, or words for what every resource can do."""
        name = self.place.action if hasattr(self.view, "action") else self.method.lower()
        method = getattr(self.view, name, None)
        docstring = inspect.getdoc(method) if _is_own(method) else None
        if not docstring:
            return self.place.summary, inspect.getdoc(type(self.view)) or ""
        summary, _, description = docstring.partition("\n\n")
        return summary.rstrip("."), " ".join(description.split("\nRaises:")[0].split())

    def get_security(self) -> list[Any] | None:
        """None where the general rule holds, an empty list where no token is needed."""
        is_open = all(issubclass(found, AllowAny) for found in self.view.permission_classes)
        return [] if is_open else None

    def get_query_parameters(self) -> list[openapi.Parameter]:
        """Filters, paging and what the answer can be trimmed and expanded by."""
        found: list[openapi.Parameter] = super().get_query_parameters()
        is_reading = self.method in SAFE_METHODS and self.place.action in READING
        return [*found, *choosing(self.view)] if is_reading else found

    # --- What it takes ------------------------------------------------------------------------

    def get_request_serializer(self) -> Any:
        """The body: the one that was said, or for a plain action the view's own, or none."""
        given = self._get_request_body_override()
        if given is None:
            is_writing = self.place.action in {"create", "update", "partial_update"}
            given = self.get_view_serializer() if is_writing else None
        if given is None:
            return None
        is_change = self.place.action == "partial_update"
        if is_change and given.instance is None:
            given.instance = self._model()  # of what is there already less may be changed
        return travelling(given, Direction.CHANGE if is_change else Direction.WRITE)

    def get_consumes(self) -> list[str]:
        """A form where a file is sent, for that is the only way; JSON everywhere else."""
        body = self.get_request_serializer()
        if body is not None and _has_file(body):
            return [_MULTIPART]
        consumes: list[str] = super().get_consumes()
        return [found for found in consumes if found != _MULTIPART]

    def _further_bodies(self) -> dict[str, Any]:
        """Besides a form: JSON, if the view reads it, without the files that it cannot hold."""
        body = self.get_request_serializer()
        if body is None or not _has_file(body):
            return {}
        made: dict[str, Any] = {_MULTIPART: choice_of(body)} if choice_of(body) else {}
        json_parsers = [p for p in self.get_parser_classes() if p.media_type == _JSON]
        if json_parsers:
            for name, field in list(body.fields.items()):
                if isinstance(field, serializers.FileField):
                    body.fields.pop(name)
            made[_JSON] = self.serializer_to_schema(body)
        return made

    def get_produces(self) -> list[str]:
        """What the view renders, and problems."""
        return [*super().get_produces(), MEDIA_TYPE]

    def make_body_parameter(self, schema: Any) -> openapi.Parameter:
        """The body's parameter, by the name under which clients know it."""
        is_needed = self.place.action != "partial_update"  # where nothing is needed, nothing may be
        return openapi.Parameter(
            name="body", in_=openapi.IN_BODY, required=is_needed, schema=schema
        )

    # --- What comes back ----------------------------------------------------------------------

    def get_response_serializers(self) -> dict[str, Any]:
        """Good answers by status, then problems."""
        usual = self.overrides.get("responses") or self._usual_answers()
        good = {**usual, **self.overrides.get("also", {})}
        answers = {str(status): self._answer(status, body) for status, body in sorted(good.items())}
        for status, answer in answers.items():
            answer["headers"] = self._headers(int(status), has_body="schema" in answer)
        return answers

    def get_operation(self, operation_keys: Any = None) -> openapi.Operation:
        """The operation, with what it has in common with others as references."""
        definitions = self.components.with_scope(openapi.SCHEMA_DEFINITIONS)
        definitions.setdefault(shared.PROBLEM, _problem_shape)
        made = super().get_operation(operation_keys)
        made["parameters"] = [*made["parameters"], *self._shared_parameters()]
        names = {str(status): shared.refusal_name(status) for status in self._refusals()}
        if self.method in SAFE_METHODS:
            names["304"] = "NotModified"
        references = {status: {"$ref": f"#/responses/{name}"} for status, name in names.items()}
        by_status = dict(sorted({**made["responses"], **references}.items()))
        made["responses"] = {**by_status, "default": {"$ref": "#/responses/Otherwise"}}
        if also := self._further_bodies():
            made["x-also-consumes"] = also
        return made

    def _usual_answers(self) -> dict[int, Any]:
        if self.method == "DELETE" or (self.method == "PUT" and not self.place.is_plain):
            return {204: ""}
        status = 201 if self.place.action == "create" else 200
        return {status: self.get_view_serializer()}

    def _answer(self, status: int, body: Any) -> openapi.Response:
        if isinstance(body, openapi.Response):
            return body
        if isinstance(body, str):
            return openapi.Response(description=body or _ANSWERS[status])
        serializer = travelling(force_serializer_instance(body), Direction.READ)
        schema = self.serializer_to_schema(serializer)
        if self.place.action == "list":
            items = openapi.Schema(type=openapi.TYPE_ARRAY, items=schema)
            schema = self.get_paginated_response(items)
        return openapi.Response(description=_ANSWERS[status], schema=schema)

    def _refusals(self) -> list[int]:
        """Statuses of the problems that a client should be ready for."""
        found = {400, 429, *self.overrides.get("problems", ())}
        if self.get_security() is None:
            # A script's token may be one for writing only, or for reading only.
            found |= {401, 403}
            if self.method not in SAFE_METHODS:
                found.add(409)  # two can write at the same moment
        if self.place.has_variable:
            found.add(404)
        if self.method not in SAFE_METHODS and not self._holds_secrets:
            found.add(412)  # every write honours `If-Match`, also where it is of little use
        if self.takes_idempotency_key:
            found.add(422)
        return sorted(found)

    # --- Headers ------------------------------------------------------------------------------

    @property
    def takes_if_match(self) -> bool:
        """Whether this writes to one row that counts its edits."""
        is_write = self.method not in SAFE_METHODS and self.place.action not in {"list", "create"}
        return is_write and self.place.writes_the_row and issubclass(self._model, EditedModel)

    @property
    def takes_idempotency_key(self) -> bool:
        """Whether the answer is kept for whoever repeats the request."""
        return self.method == "POST" and self.get_security() is None and not self._holds_secrets

    @property
    def _model(self) -> type:
        queryset = getattr(self.view, "get_queryset", None)
        if queryset is None:
            return object
        try:
            model: type = queryset().model
        except (AssertionError, AttributeError):
            meta = getattr(getattr(self.view, "serializer_class", None), "Meta", None)
            model = getattr(meta, "model", object)
        return model

    @property
    def _holds_secrets(self) -> bool:
        return str(self.path).startswith(_SECRETS)

    def _shared_parameters(self) -> list[dict[str, str]]:
        is_read = self.method in SAFE_METHODS
        names = {
            "IfNoneMatch": is_read,
            "IfMatch": self.takes_if_match,
            "IdempotencyKey": self.takes_idempotency_key,
        }
        return [{"$ref": f"#/parameters/{name}"} for name, taken in names.items() if taken]

    def _headers(self, status: int, *, has_body: bool) -> dict[str, Any]:
        is_read = self.method in SAFE_METHODS
        is_shown = status in {HTTPStatus.OK, HTTPStatus.CREATED} and has_body
        names = {
            # A write that answers with what it changed gives the tag to read and write it by.
            "ETag": is_shown and (is_read or issubclass(self._model, EditedModel)),
            "Idempotency-Replayed": self.takes_idempotency_key,
            "Link": is_read and self.place.action == "list",
            # What has an address of its own: an answer without a body leads nowhere.
            "Location": status in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED} and has_body,
            "X-Cache": is_read and hasattr(self.view, "made_from"),
        }
        return shared.headers(name for name, sent in names.items() if sent)


def _plain_action(method: str) -> str:
    """What a view without actions does on this HTTP method, in REST framework's words."""
    return {
        "GET": "retrieve",
        "POST": "create",
        "PUT": "update",
        "PATCH": "partial_update",
        "DELETE": "destroy",
    }[method]


def _first(path: str) -> str:
    return path.strip("/").partition("/")[0]


def _is_own(method: Any) -> bool:
    """Whether a method was written for one resource, not for all of them."""
    module = getattr(inspect.unwrap(method), "__module__", "") if method else ""
    return bool(module) and not module.startswith(("rest_framework.", "foundation."))


def _has_file(serializer: Any) -> bool:
    return any(isinstance(found, serializers.FileField) for found in serializer.fields.values())


def _text(description: str, **attributes: Any) -> openapi.Schema:
    return openapi.Schema(type=openapi.TYPE_STRING, description=description, **attributes)


def _problem_shape() -> openapi.Schema:
    culprit = openapi.Schema(
        type=openapi.TYPE_OBJECT,
        required=["code", "detail"],
        properties={
            "pointer": _text("JSON pointer (RFC 6901) to a field of the body, such as `/title`."),
            "parameter": _text("Name of a query parameter. One of the two is there."),
            "code": _text("What is wrong with it, for programs."),
            "detail": _text("What is wrong with it, for people."),
        },
    )
    properties = {
        "type": _text("Address of the page that explains the code."),
        "title": _text("The status as a phrase."),
        "status": openapi.Schema(type=openapi.TYPE_INTEGER, description="The HTTP status."),
        "detail": _text("What happened, for people."),
        "instance": _text("The address that was asked for."),
        "code": _text("What happened, for programs: branch on this."),
        "request_id": _text("Names this request in the server's log."),
        "errors": openapi.Schema(
            type=openapi.TYPE_ARRAY, items=culprit, description="Each culprit; often none."
        ),
    }
    return openapi.Schema(
        type=openapi.TYPE_OBJECT,
        description="Every error, as RFC 9457 has it.",
        required=list(properties),
        properties=properties,
    )
