"""How the body of a shared answer is made without its view: one statement, then fragments.

A view decides once what an address means: which rows, in which order, how many, and what they look
like. What it decided holds no rows, so it is good for every later request to the same address, and
small. Whoever has it needs neither the request nor the view to make the answer anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Final, Protocol

import psycopg
from django.db import close_old_connections, connection
from django.db.models import QuerySet
from rest_framework.renderers import JSONRenderer

from foundation.fragments import Fragment, RowGone, gather
from foundation.http.paging import Stretch, surroundings

_TRIES: Final = 2  # a row can go between the statement and its fragment


@dataclass(frozen=True, slots=True)
class Made:
    """The body of an answer, its `Link` header and the revision that it shows (0 for a list)."""

    body: bytes
    link: str = ""
    revision: int = 0


class Look(Protocol):
    """What rows of one kind look like to everybody."""

    def columns(self) -> tuple[str, ...]:
        """The columns that `fragment` reads."""

    def fragment(self, row: Any) -> Fragment:
        """Where a row's JSON is kept, and what it is made from."""

    def render(self, ids: Sequence[int]) -> dict[int, bytes]:
        """JSON by row; rows that not everybody may see any more are absent."""


class Shape(Protocol):
    """How rows become a body."""

    def made(self, rows: list[Any]) -> Made:
        """The body of these rows.

        Raises:
            RowGone: one of them was deleted or hidden meanwhile.
        """


@dataclass(frozen=True, slots=True)
class ListShape:
    """A page of a list."""

    look: Look
    stretch: Stretch
    here: str  # the address of the page

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a page needs of its rows."""
        order = self.stretch.order
        return tuple(dict.fromkeys([order.tie, order.field, *self.look.columns()]))

    def made(self, rows: list[Any]) -> Made:
        """The page that `Stretch.rows_of` found these rows for."""
        page = self.stretch.page(rows)
        around, link = surroundings(page, here=self.here)
        results = gather([self.look.fragment(row) for row in page.rows], self.look.render)
        start = JSONRenderer().render({**around, "results": []})[:-2]
        return Made(start + b",".join(results) + b"]}", link)


@dataclass(frozen=True, slots=True)
class DetailShape:
    """One row."""

    look: Look

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that a detail needs of its row."""
        return tuple(dict.fromkeys(["revision", *self.look.columns()]))

    def made(self, rows: list[Any]) -> Made:
        """The detail of the only row."""
        if not rows:
            raise RowGone
        (row,) = rows
        (body,) = gather([self.look.fragment(row)], self.look.render)
        return Made(body, revision=row.revision)


@dataclass(frozen=True, slots=True)
class Recipe:
    """A statement, with its values in it, and what becomes of the rows that it finds."""

    statement: str
    columns: tuple[str, ...]
    shape: Shape
    made_from: tuple[str, ...]  # the subjects whose writes change the answer

    @classmethod
    def of(
        cls, rows: QuerySet[Any], shape: ListShape | DetailShape, *, made_from: tuple[str, ...]
    ) -> Recipe | None:
        """The recipe of an answer that shows `rows`; None on a database without need of one.

        The values are written into the statement: then PostgreSQL plans each address by its own
        values once, and keeps the plan.
        """
        if connection.vendor != "postgresql":
            return None
        sql, values = rows.values_list(*shape.columns).query.sql_with_params()
        with connection.cursor() as cursor:
            statement: str = cursor.mogrify(sql, values)
        return cls(statement, shape.columns, shape, made_from)

    def make(self) -> Made:
        """Make the answer from what the database and the cache hold now.

        Raises:
            RowGone: rows kept going away; or there is no such row.
            DatabaseError: the database is away.
        """
        try:
            for _ in range(_TRIES - 1):
                with suppress(RowGone):
                    return self.shape.made(self._rows())
            return self.shape.made(self._rows())
        finally:
            if connection.close_at is not None:  # it is not this thread's to keep
                close_old_connections()

    def _rows(self) -> list[Any]:
        connection.ensure_connection()
        # Not by Django's cursor: only one that binds on the server's side lets it keep plans.
        with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
            found = cursor.execute(self.statement).fetchall()
        return [SimpleNamespace(**dict(zip(self.columns, row, strict=True))) for row in found]
