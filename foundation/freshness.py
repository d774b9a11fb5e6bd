"""Bumping on every write, so that no writer can forget to.

Saves and deletes of single rows are heard through signals: the one use of signals in Nexus.
`update`, `bulk_create`, `bulk_update` and `delete` of many rows send none, so `FreshQuerySet`
bumps by itself (`bulk_update` goes through `update`, batch by batch).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save

from foundation.caching import bump

_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)
Subjects = Callable[[Any], Iterable[str]]


class FreshQuerySet(models.QuerySet[_Row_co]):
    """A queryset whose bulk writes bump the model's `freshness` subjects."""

    def update(self, **kwargs: Any) -> int:
        """Update as ever, then bump."""
        changed = super().update(**kwargs)
        self._bump(changed)
        return changed

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete as ever, then bump."""
        deleted = super().delete()
        self._bump(deleted[0])
        return deleted

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Create as ever, then bump."""
        created = super().bulk_create(objs, *args, **kwargs)
        self._bump(len(created))
        return created

    # An overridden method loses what Django says of its own: templates may call neither of these,
    # and managers do not copy `delete`, so that `Topic.objects.delete()` empties no table.
    update.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def _bump(self, changed: int) -> None:
        if changed:
            bump(*self.model.freshness)  # type: ignore[attr-defined]


def bump_on_write(
    model: type[models.Model], *, subjects: Subjects, ignoring: frozenset[str] = frozenset()
) -> None:
    """Bump `subjects(row)` whenever a row of `model` is saved or deleted.

    A save of nothing but fields in `ignoring` (`update_fields`) changes no answer and is let pass.
    """

    def written(instance: models.Model, **signal: Any) -> None:
        fields = signal.get("update_fields")
        if fields is None or not ignoring.issuperset(fields):
            bump(*subjects(instance))

    name = f"freshness:{model._meta.label}"
    post_save.connect(written, sender=model, weak=False, dispatch_uid=name)
    post_delete.connect(written, sender=model, weak=False, dispatch_uid=name)


def bump_on_relation(through: type[models.Model], *, subjects: Subjects) -> None:
    """Bump `subjects(row)` whenever a many-to-many relation of the row changes.

    Changed from its other end (`topic.challenges.add(…)`) the relation may touch many rows, some
    of them unnamed: then the `freshness` subjects of their model are bumped.
    """

    def changed(
        instance: models.Model, action: str, *, reverse: bool, model: Any, **_signal: Any
    ) -> None:
        if action.startswith("post_"):
            bump(*(model.freshness if reverse else subjects(instance)))

    m2m_changed.connect(
        changed, sender=through, weak=False, dispatch_uid=f"freshness:{through._meta.label}"
    )
