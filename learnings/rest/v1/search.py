"""Search over all that is published, over HTTP."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from drf_yasg import openapi
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.viewsets import GenericViewSet

from accounts.models import Track
from accounts.rest.permissions import IsSignedInOrPublicRead
from foundation.http.filtering import given_once
from foundation.http.paging import MAX_PAGE_SIZE, PAGE_SIZE
from foundation.http.problems import BadParameter
from foundation.http.views import ContractMixin
from foundation.openapi.describing import documented
from foundation.openapi.shared import SLUG, VISIBLE
from learnings import searching
from learnings.models import ENTRY_MODELS, EntryType, Solution, Topic
from learnings.rest.v1.filters import under_any
from learnings.rest.v1.serializers import AuthorSerializer, TopicReferencesField
from learnings.searching import Key

MAX_QUERY: Final = 200  # characters
MAX_CURSOR: Final = 500  # characters


def parameter(name: str, description: str, **attributes: Any) -> openapi.Parameter:
    """Describe a parameter of the query."""
    return openapi.Parameter(name, openapi.IN_QUERY, description=description, **attributes)


def _several(name: str, description: str, **item: Any) -> openapi.Parameter:
    items = openapi.Items(type=openapi.TYPE_STRING, **item)
    return parameter(
        name, description, type=openapi.TYPE_ARRAY, items=items, collection_format="multi"
    )


def number(name: str, description: str, *, most: int, default: int) -> openapi.Parameter:
    """Describe one that is a number from 1 on."""
    limits = {"minimum": 1, "maximum": most, "default": default}
    return parameter(name, description, type=openapi.TYPE_INTEGER, **limits)


_PARAMETERS: Final = [
    parameter(
        "q",
        'Words that all occur, or begin what occurs; `"several"` side by side, `-without`.',
        type=openapi.TYPE_STRING, required=True, pattern=VISIBLE, max_length=MAX_QUERY,
    ),
    _several("type", "What to look for; repeat it for several.", enum=list(EntryType)),
    _several("topic", "Slug of a topic; repeat it for entries under any of several.",
             pattern=SLUG, min_length=1),
    parameter("track", "Track of the author.", type=openapi.TYPE_STRING, enum=Track.values),
    number("page_size", "How many results a page holds.", most=MAX_PAGE_SIZE, default=PAGE_SIZE),
    parameter(
        "cursor", "Where the page begins. Follow `next` and `previous`.", type=openapi.TYPE_STRING,
        min_length=1,
    ),
]  # fmt: skip


def names_of(parameters: list[openapi.Parameter]) -> frozenset[str]:
    """Tell what those parameters are called."""
    return frozenset(one.name for one in parameters)


@dataclass(frozen=True, slots=True)
class Found:
    """An entry of any type, as a result shows it."""

    entry: Any
    type: EntryType
    title: str
    url: str
    highlight: str
    challenge: int | None

    @property
    def topics(self) -> Any:
        """The entry's, where the field that shows them looks."""
        return self.entry.topics


class FoundSerializer(serializers.Serializer):
    """An entry that was found, with all that a list of results shows."""

    type = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in EntryType])
    id = serializers.IntegerField(source="entry.pk", help_text="Unique within its type.")
    title = serializers.CharField(help_text="A solution has its challenge's.")
    url = serializers.URLField(help_text="Address of the whole entry.")
    highlight = serializers.CharField(
        help_text="HTML: a piece of the text with the hits in `<mark>`, all else escaped."
    )
    author = AuthorSerializer(source="entry.author")
    topics = TopicReferencesField(read_only=True)
    challenge = serializers.IntegerField(
        allow_null=True, help_text="Id of a solution's challenge; null for the others."
    )
    votes_count = serializers.IntegerField(source="entry.votes_count")
    published_at = serializers.DateTimeField(source="entry.published_at")

    class Meta:
        ref_name = "SearchResult"


class SearchPageSerializer(serializers.Serializer):
    """A page of what was found, the best first."""

    next = serializers.URLField(allow_null=True, help_text="Null on the last page.")
    previous = serializers.URLField(allow_null=True, help_text="Null on the first page.")
    results = FoundSerializer(many=True)

    class Meta:
        ref_name = "SearchResultPage"


class SearchView(ContractMixin, GenericViewSet):
    """`search/`."""

    permission_classes = [IsSignedInOrPublicRead]
    filter_backends: list[Any] = []
    pagination_class = None
    rate_scopes = ("search",)
    query_parameters = {"search": names_of(_PARAMETERS)}

    @documented(name="search", asks=_PARAMETERS, answers={200: SearchPageSerializer})
    def search(self, request: Request) -> Response:
        """Search all that is published.

        The best first: titles before texts, then how well the words fit, then votes, then the
        newest. Of each type the newest 1,000 hits are ranked, and the best 1,000 can be paged
        through.
        """
        text = asked_text(request, longest=MAX_QUERY)
        cursor = given_once(request, "cursor")
        after, before = _decoded(cursor) if cursor is not None else (None, None)
        page = searching.find(
            text,
            among=_among(request),
            size=asked_number(request, "page_size", most=MAX_PAGE_SIZE, default=PAGE_SIZE),
            after=after,
            before=before,
        )
        words = searching.read(text).words
        found = [_found(entry, words, request) for entry in page.entries]
        following = page.last if page.has_more else None
        links = {
            "next": _address(request, following, backwards=False),
            "previous": _address(
                request, page.first if page.has_previous else None, backwards=True
            ),
        }
        body = SearchPageSerializer({**links, "results": found})
        return Response(body.data, headers=_link_header(links))


# --- What was asked for -----------------------------------------------------------------------


def asked_text(request: Request, *, longest: int | None = None) -> str:
    """Read `q`.

    Raises:
        BadParameter: it is missing, blank, or longer than `longest` characters.
    """
    text = given_once(request, "q")
    if text is None:
        raise BadParameter("q", "Say what to look for.", code="required")
    if not text.strip():
        raise BadParameter("q", "Say what to look for.", code="blank")
    if longest is not None and len(text) > longest:
        raise BadParameter("q", f"At most {longest} characters.", code="max_length")
    return text


def asked_number(request: Request, name: str, *, most: int, default: int) -> int:
    """Read a number from 1 to `most`.

    Raises:
        BadParameter: it is something else.
    """
    text = given_once(request, name)
    if text is None:
        return default
    is_number = text.isascii() and text.isdecimal() and len(text) <= len(str(most))
    if not is_number or not 1 <= int(text) <= most:
        raise BadParameter(name, f"A whole number from 1 to {most}.")
    return int(text)


def _among(request: Request) -> dict[EntryType, QuerySet[Any]]:
    """The published rows to search, by type."""
    topics = _topics(request.query_params.getlist("topic"))
    track = given_once(request, "track")
    if track is not None and track not in Track.values:
        raise BadParameter("track", f"One of {', '.join(Track.values)}.", code="invalid_choice")
    among = {}
    for kind in _types(request.query_params.getlist("type")):
        model: Any = ENTRY_MODELS[kind]
        rows = under_any(model.objects.published(), topics)
        among[kind] = rows if track is None else rows.filter(author__track=track)
    return among


def _types(names: list[str]) -> list[EntryType]:
    try:
        chosen = {EntryType(name) for name in names}
    except ValueError:
        raise BadParameter(
            "type", f"One of {', '.join(EntryType)}.", code="invalid_choice"
        ) from None
    return [kind for kind in EntryType if not chosen or kind in chosen]


def _topics(slugs: list[str]) -> list[Topic]:
    topics = list(Topic.objects.confirmed().filter(slug__in=slugs)) if slugs else []
    if missing := set(slugs) - {topic.slug for topic in topics}:
        detail = f"There is no topic {min(missing)!r}."
        raise BadParameter("topic", detail, code="invalid_choice")
    return topics


# --- What comes back --------------------------------------------------------------------------


def _found(entry: Any, words: tuple[str, ...], request: Request) -> Found:
    html = next(iter(type(entry).rendered.values()))
    challenge = entry.challenge if isinstance(entry, Solution) else None
    return Found(
        entry=entry,
        type=EntryType(entry.type_name.upper()),
        title=challenge.title if challenge else entry.title,
        url=request.build_absolute_uri(entry.address),
        highlight=searching.highlight(getattr(entry, html), words),
        challenge=challenge.pk if challenge else None,
    )


def _address(request: Request, key: Key | None, *, backwards: bool) -> str | None:
    if key is None:
        return None
    packed = json.dumps([int(backwards), *key], separators=(",", ":"))
    cursor = base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")
    address: str = replace_query_param(request.build_absolute_uri(), "cursor", cursor)
    return address


def _decoded(cursor: str) -> tuple[Key | None, Key | None]:
    """The key to begin after, and the one to end before: one of them is None."""
    try:
        padded = cursor[:MAX_CURSOR] + "=" * (-len(cursor[:MAX_CURSOR]) % 4)
        backwards, *key = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (ValueError, TypeError, RecursionError):  # what is no list cannot be taken apart
        raise BadParameter("cursor", "Not a cursor of a search.") from None
    if backwards not in (0, 1) or not searching.is_key(key):
        raise BadParameter("cursor", "Not a cursor of a search.")
    place: Any = tuple(key)
    return (None, place) if backwards else (place, None)


def _link_header(links: dict[str, str | None]) -> dict[str, str]:
    relations = {"next": "next", "previous": "prev"}
    found = [f'<{url}>; rel="{relations[name]}"' for name, url in links.items() if url]
    return {"Link": ", ".join(found)} if found else {}
