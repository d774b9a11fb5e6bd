"""What becomes of topics that READMEs propose: confirmed, or merged into one that is known."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F

from foundation.errors import Conflict
from foundation.postgresql import bounds
from learnings.models import Challenge, Entry, Learning, Revision, Solution, Topic, TopicAlias
from learnings.naming import fold
from notifications.announcing import redirect


class NotMergeable(Conflict):
    """A topic is merged into another one, and that one is confirmed."""

    code = "not_mergeable"


def confirm(topics: Iterable[Topic]) -> int:
    """Show proposed topics to everybody; returns how many were still proposed."""
    rows = Topic.objects.filter(pk__in=[topic.pk for topic in topics], is_proposed=True)
    return rows.update(is_proposed=False, revision=F("revision") + 1)


@transaction.atomic
def merge(topic: Topic, *, into: Topic) -> Topic:
    """Make `topic` another name of `into`, which takes its entries, aliases and followers.

    Raises:
        NotMergeable: both are one, or `into` waits to be confirmed itself.
    """
    # In one order, so that two merges at once wait for each other instead of for ever.
    bounds.lift()  # a popular topic has more links than move within a request's time
    # Counting holds entries link by link (`tallying`). Whoever holds an entry may be about to link
    # it to a topic: entries come first everywhere, kind by kind, in the order of their ids.
    for kind in (Learning, Challenge):
        _hold(kind, topic)
    rows = Topic.objects.select_for_update().filter(pk__in=[topic.pk, into.pk]).order_by("pk")
    locked = {row.pk: row for row in rows}
    if len(locked) != 2 or locked[into.pk].is_proposed:  # noqa: PLR2004 - both of them
        raise NotMergeable(f"“{topic}” can be merged only into another, confirmed topic.")
    for model in (Learning, Challenge, Solution):
        _move_entries(model.topics.through, topic, into)
    redirect(topic.subject, to=into.subject)
    _rename_in_revisions(topic, into)
    topic.alias_rows.update(topic=into)
    # This bumps `topics`, which every list that shows a topic is made from.
    Topic.objects.filter(pk=topic.pk).delete()
    if fold(topic.name) != into.name_key:
        TopicAlias.objects.get_or_create(
            key=fold(topic.name), defaults={"topic": into, "name": topic.name}
        )
    return into


def _hold(model: type[Entry], topic: Topic) -> None:
    """Hold the entries of one kind whose links to the topic will change."""
    rows: Any = model._default_manager.filter(topics=topic).order_by("pk")
    list(rows.select_for_update(no_key=True, of=("self",)).values_list("pk"))


def _move_entries(through: Any, topic: Topic, into: Topic) -> None:
    links = through._default_manager
    (entry,) = (name for name in _columns(through) if name != "topic_id")
    already = links.filter(topic=into).values(entry)
    links.filter(topic=topic, **{f"{entry}__in": already}).delete()
    links.filter(topic=topic).update(topic=into)


def _columns(through: Any) -> list[str]:
    return [field.attname for field in through._meta.fields if field.is_relation]


def _rename_in_revisions(topic: Topic, into: Topic) -> None:
    """Let revisions that wait for a decision name the topic that stays."""
    for revision in Revision.objects.open().filter(changes__has_key="topics"):
        slugs = revision.changes["topics"]
        if topic.slug in slugs:
            renamed = [into.slug if slug == topic.slug else slug for slug in slugs]
            revision.changes["topics"] = list(dict.fromkeys(renamed))
            revision.save(update_fields=["changes"])
