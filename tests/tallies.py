"""What is counted under topics, and what there is."""

from __future__ import annotations

from typing import Any

from django.db import connection

from learnings.models import Challenge, Learning, Status, Topic

Counts = dict[Any, tuple[int, int]]  # published learnings and challenges, by the topic's id


def shown() -> Counts:
    """What the hub says."""
    rows: Any = Topic.objects.all()
    return {row.pk: (row.learnings_count, row.challenges_count) for row in rows.with_counts()}


def there() -> Counts:
    """What is there, counted one by one."""
    found = dict.fromkeys(Topic.objects.values_list("pk", flat=True), (0, 0))
    for place, model in enumerate((Learning, Challenge)):
        links: Any = model.topics.through
        for link in links.objects.select_related(model._meta.model_name):
            if getattr(link, model._meta.model_name).status == Status.PUBLISHED:
                counts = list(found[link.topic_id])
                counts[place] += 1
                found[link.topic_id] = (counts[0], counts[1])
    return found


def write_raw(sql: str, *params: Any) -> None:
    """Write without Django."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
