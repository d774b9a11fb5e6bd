"""The topics that a hub starts with, and keys that tell names apart by what they say."""

from typing import Any

from django.db import migrations

from learnings.naming import fold
from learnings.taxonomy import add_missing


def compare_names_by_what_they_say(apps: Any, schema_editor: Any) -> None:
    """Give names that exist the keys of today: "Node.js" and "NodeJS" have one."""
    topics = apps.get_model("learnings", "Topic").objects
    aliases = apps.get_model("learnings", "TopicAlias").objects
    taken = set()
    for topic in topics.order_by("pk"):
        key = fold(topic.name)
        # Two topics that are one by now keep their old keys: curators merge them.
        if key != topic.name_key and key not in taken and not topics.filter(name_key=key).exists():
            topic.name_key = key
            topic.save(update_fields=["name_key"])
        taken.add(topic.name_key)
    for alias in aliases.order_by("pk"):
        key = fold(alias.name)
        if key == alias.key:
            continue
        owner = aliases.filter(key=key).first()
        if owner is None:
            alias.key = key
            alias.save(update_fields=["key"])
        elif owner.topic_id == alias.topic_id:
            alias.delete()  # another spelling of a name that the topic has


def load_taxonomy(apps: Any, schema_editor: Any) -> None:
    add_missing(
        apps.get_model("learnings", "Topic").objects,
        apps.get_model("learnings", "TopicAlias").objects,
    )


class Migration(migrations.Migration):
    dependencies = [("learnings", "0005_grants")]
    operations = [
        migrations.RunPython(compare_names_by_what_they_say, migrations.RunPython.noop),
        migrations.RunPython(load_taxonomy, migrations.RunPython.noop),
    ]
