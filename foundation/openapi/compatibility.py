"""Whether clients made for an older OpenAPI document still work with a newer one.

Pure: two 3.1 documents in, sentences out. What a client sends may be asked less of, what it gets
may hold more: so requests are compared one way round, answers the other. A wider enum in an
answer breaks, too: a client with a case for each value has none for the new one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from typing import Any, Final

Json = Mapping[str, Any]

_METHODS: Final = ("get", "put", "post", "delete", "patch")
_UPPER: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")


class Side(Enum):
    """Which way a schema's values travel."""

    REQUEST = "request"
    RESPONSE = "response"


def breaking_changes(old: Json, new: Json) -> list[str]:
    """What would break a client of `old` that talks to `new`, a sentence each; often none."""
    return list(_Comparison(old, new).changes())


def is_announced(old: Json, new: Json) -> bool:
    """Whether the version warns of breaking changes: another major, or below 1.0 another minor."""
    before, after = (_numbers(document["info"]["version"]) for document in (old, new))
    return after[:1] != before[:1] or (before[0] == 0 and after[:2] != before[:2])


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


class _Comparison:
    """Two documents, side by side."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old, self.new = old, new
        self._seen: set[tuple[str, str, Side]] = set()

    def changes(self) -> Iterator[str]:
        for path, item in self.old["paths"].items():
            now = self.new["paths"].get(path)
            if now is None:
                yield f"{path} is gone."
                continue
            for method in _METHODS:
                if method in item:
                    yield from self._operation(f"{method.upper()} {path}", item, now, method)

    def _operation(self, where: str, was: Json, now: Json, method: str) -> Iterator[str]:
        if method not in now:
            yield f"{where} is gone."
            return
        before, after = was[method], now[method]
        if before.get("operationId") != after.get("operationId"):
            yield f"{where} has another operationId: generated clients call it by that name."
        if before.get("security") == [] and after.get("security") != []:
            yield f"{where} needs a token now."
        yield from self._parameters(where, (was, before), (now, after))
        yield from self._bodies(where, before.get("requestBody"), after.get("requestBody"))
        yield from self._answers(where, before["responses"], after["responses"])

    # --- What is sent -------------------------------------------------------------------------

    def _parameters(
        self, where: str, was: tuple[Json, Json], now: tuple[Json, Json]
    ) -> Iterator[str]:
        before, after = _by_place(self.old, was), _by_place(self.new, now)
        for (kind, name), parameter in after.items():
            if parameter.get("required") and not before.get((kind, name), {}).get("required"):
                yield f"{where}: the {kind} parameter {name} is required now."
        for (kind, name), parameter in before.items():
            here = f"{where}: the {kind} parameter {name}"
            if (kind, name) not in after:
                yield f"{here} is gone."
                continue
            found = after[kind, name]
            if _writing(parameter) != _writing(found):
                yield f"{here} is written in another way."
            yield from self._schema(here, parameter["schema"], found["schema"], Side.REQUEST)

    def _bodies(self, where: str, was: Json | None, now: Json | None) -> Iterator[str]:
        if was is None:
            if now is not None and now.get("required"):
                yield f"{where}: a body is required now."
            return
        if now is None:
            yield f"{where}: a body is not taken any more."
            return
        for media_type, body in was["content"].items():
            if media_type not in now["content"]:
                yield f"{where}: {media_type} is not taken any more."
                continue
            found = now["content"][media_type]["schema"]
            yield from self._schema(f"{where}: the body", body["schema"], found, Side.REQUEST)

    # --- What comes back ----------------------------------------------------------------------

    def _answers(self, where: str, was: Json, now: Json) -> Iterator[str]:
        for status, answer in was.items():
            if status not in now:
                if status < "400":
                    yield f"{where}: the answer {status} is gone."
                continue
            before, after = _followed(self.old, answer), _followed(self.new, now[status])
            for name in sorted(set(before.get("headers", {})) - set(after.get("headers", {}))):
                yield f"{where}: the answer {status} lost its header {name}."
            for media_type, body in before.get("content", {}).items():
                here = f"{where}: the answer {status}"
                if media_type not in after.get("content", {}):
                    yield f"{here} is not {media_type} any more."
                    continue
                found = after["content"][media_type]["schema"]
                yield from self._schema(here, body["schema"], found, Side.RESPONSE)
        yield from (
            f"{where}: the answer {status} is new."
            for status in now
            if status not in was and status < "300"
        )

    # --- Schemas ------------------------------------------------------------------------------

    def _schema(self, where: str, was: Json, now: Json, side: Side) -> Iterator[str]:
        """Compare two schemas; two named ones once, wherever they are used."""
        names = (was.get("$ref", ""), now.get("$ref", ""))
        if all(names):
            if (*names, side) in self._seen:
                return
            self._seen.add((*names, side))
            where = f"{names[0].rpartition('/')[2]} in a {side.value}"
        before, after = _followed(self.old, was), _followed(self.new, now)
        yield from _types(where, before, after, side)
        yield from _values(where, before, after, side)
        if side is Side.REQUEST:
            yield from _limits(where, before, after)
        yield from self._fields(where, before, after, side)
        if "items" in before and "items" in after:
            yield from self._schema(f"{where}, each item", before["items"], after["items"], side)
        yield from self._choices(where, before, after, side)

    def _fields(self, where: str, was: Json, now: Json, side: Side) -> Iterator[str]:
        before, after = was.get("properties", {}), now.get("properties", {})
        required, required_now = set(was.get("required", ())), set(now.get("required", ()))
        for name in before:
            if name not in after:
                yield f"{where}: the field {name} is gone."
                continue
            yield from self._schema(f"{where}: the field {name}", before[name], after[name], side)
        if side is Side.RESPONSE:
            lost = sorted((required - required_now) & set(after))
            yield from (f"{where}: the field {name} can be missing now." for name in lost)
        else:
            added = sorted(required_now - required)
            yield from (f"{where}: the field {name} is required now." for name in added)
            if _is_closed(now) and not _is_closed(was):
                yield f"{where}: unknown fields are refused now."

    def _choices(self, where: str, was: Json, now: Json, side: Side) -> Iterator[str]:
        """Alternatives are compared in their order; null was looked at with the types."""
        for word in ("anyOf", "oneOf", "allOf"):
            before, after = _but_null(was.get(word, ())), _but_null(now.get(word, ()))
            if len(before) != len(after):
                if word != "oneOf" or side is Side.RESPONSE or after:
                    yield f"{where}: the alternatives are others."
                continue
            for one, other in zip(before, after, strict=True):
                yield from self._schema(where, one, other, side)


def _is_closed(schema: Json) -> bool:
    return schema.get("additionalProperties") is False


def _types(where: str, was: Json, now: Json, side: Side) -> Iterator[str]:
    before, after = _types_of(was), _types_of(now)
    if side is Side.REQUEST:
        before, after = after, before  # what is asked for now must have been allowed
    # No type at all means any of them.
    if before and not after:
        yield f"{where}: the type is another."
    elif before and (added := after - before):
        if added == {"null"}:
            yield f"{where}: null is {'refused' if side is Side.REQUEST else 'possible'} now."
        elif not (added == {"integer"} and "number" in before):
            yield f"{where}: the type is another."
    if was.get("format") != now.get("format"):
        is_dropped = side is Side.REQUEST and "format" not in now
        is_added = side is Side.RESPONSE and "format" not in was
        if not (is_dropped or is_added):
            yield f"{where}: the format is another."


def _types_of(schema: Json) -> set[str]:
    found = schema.get("type", [])
    types = {found} if isinstance(found, str) else set(found)
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if {"type": "null"} in alternatives:
        return {"object", "null"}  # the way in which a reference can be null
    if any("$ref" in one for one in schema.get("allOf", ())):
        return {"object"}
    return types or ({"object"} if "properties" in schema else set())


def _values(where: str, was: Json, now: Json, side: Side) -> Iterator[str]:
    before, after = was.get("enum"), now.get("enum")
    if side is Side.REQUEST and after is not None:
        gone = "some values are" if before is None else _listed(before, after)
        if gone:
            yield f"{where}: {gone} refused now."
    if side is Side.RESPONSE and before is not None:
        added = "any value is" if after is None else _listed(after, before)
        if added:
            yield f"{where}: {added} possible now."


def _listed(values: Iterable[Any], known: Iterable[Any]) -> str:
    """The values that are not known, null apart: that is said with the types."""
    known = list(known)
    unknown = [str(value) for value in values if value is not None and value not in known]
    return f"{', '.join(unknown)} {'is' if len(unknown) == 1 else 'are'}" if unknown else ""


def _limits(where: str, was: Json, now: Json) -> Iterator[str]:
    for name in _UPPER:
        if name in now and (name not in was or now[name] < was[name]):
            yield f"{where}: {name} is narrower now."
    for name in _LOWER:
        if name in now and (name not in was or now[name] > was[name]):
            yield f"{where}: {name} is narrower now."
    if "pattern" in now and now["pattern"] != was.get("pattern"):
        yield f"{where}: the pattern is another."


def _but_null(schemas: Iterable[Json]) -> list[Json]:
    return [schema for schema in schemas if schema != {"type": "null"}]


def _by_place(document: Json, parts: tuple[Json, Json]) -> dict[tuple[str, str], Json]:
    """Parameters of an address and of an operation by where they stand and their names."""
    found = [
        _followed(document, parameter) for part in parts for parameter in part.get("parameters", ())
    ]
    return {(parameter["in"], parameter["name"]): parameter for parameter in found}


def _writing(parameter: Json) -> tuple[Any, Any]:
    return parameter.get("style"), parameter.get("explode")


def _followed(document: Json, part: Json) -> Json:
    """What a reference leads to; anything else stays."""
    while "$ref" in part:
        found: Any = document
        for step in part["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        part = found
    return part
