"""Bumping on every write, so that no writer can forget to.

Saves and deletes of single rows are heard through signals: the one use of signals in Nexus.
`update`, `bulk_create`, `bulk_update` and `delete` of many rows send none, so `FreshQuerySet`
bumps by itself (`bulk_update` goes through `update`, batch by batch).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save

from foundation.caching import bump

_Row_co = TypeVar("_Row_co", bound=models.Model, covariant=True)
Subjects = Callable[[Any], Iterable[str]]


class FreshModel(models.Model):
    """A model whose writes are known by the subjects that they change.

    `freshness` names what every write changes, `every_row` what one to many rows does. What a
    single row shows has a subject of its own, so that a write to one row leaves others fresh.
    """

    freshness: ClassVar[tuple[str, ...]] = ()
    every_row: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    @classmethod
    def subjects_of_row(cls, pk: Any) -> tuple[str, ...]:
        """The subjects that only a write to this row changes."""
        return (f"{cls._meta.model_name}:{pk}",)

    @property
    def subjects(self) -> tuple[str, ...]:
        """All that a write to this row changes."""
        return (*self.freshness, *self.subjects_of_row(self.pk))


class FreshQuerySet(models.QuerySet[_Row_co]):
    """A queryset whose bulk writes bump the model's `freshness` and `every_row` subjects."""

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

    def _bump(self, changed: int) -> None:
        if changed:
            model: Any = self.model
            bump(*model.freshness, *getattr(model, "every_row", ()))

    def update_row(self, pk: Any, **kwargs: Any) -> int:
        """Update one row, and bump no more than that."""
        changed = models.QuerySet.update(self.filter(pk=pk), **kwargs)
        if changed:
            model: Any = self.model
            bump(*model.freshness, *model.subjects_of_row(pk))
        return changed

    # An overridden method loses what Django says of its own: templates may call neither of these,
    # and managers do not copy `delete`, so that `Topic.objects.delete()` empties no table.
    update.alters_data = True  # type: ignore[attr-defined]
    update_row.alters_data = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


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
    of them unnamed: then all subjects of their model are bumped.
    """

    def changed(
        instance: models.Model, action: str, *, reverse: bool, model: Any, **_signal: Any
    ) -> None:
        if action.startswith("post_"):
            # Seen from this end, `model` is the other one, which may have no subjects (a group).
            if reverse:
                bump(*model.freshness, *getattr(model, "every_row", ()))
            else:
                bump(*subjects(instance))

    m2m_changed.connect(
        changed, sender=through, weak=False, dispatch_uid=f"freshness:{through._meta.label}"
    )
