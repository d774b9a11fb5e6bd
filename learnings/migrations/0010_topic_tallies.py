"""Where triggers note what is published under topics.

The triggers themselves are made, and what there is is counted, right after any migration, as soon
as they are missing: `learnings.tallying.complete`. Django rebuilds SQLite's tables, and with them
go their triggers.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


FUNCTIONS = [
    f"learnings_{name}_tallied"
    for name in ("learning", "learning_topics", "challenge", "challenge_topics")
]
TRIGGERS = [
    f"learnings_{kind}_{verb}"
    for kind in ("learning", "challenge")
    for verb in ("topics_added", "topics_removed", "topics_moved", "made", "gone", "changed")
]


def drop_triggers(apps: Any, schema_editor: Any) -> None:
    """Without the table they would refuse every write."""
    if schema_editor.connection.vendor == "postgresql":
        statements = [f"DROP FUNCTION IF EXISTS {name}() CASCADE" for name in FUNCTIONS]
    else:
        statements = [f"DROP TRIGGER IF EXISTS {name}" for name in TRIGGERS]
    for statement in statements:
        schema_editor.execute(statement)


class Migration(migrations.Migration):

    dependencies = [
        ('learnings', '0009_published_by_author'),
    ]

    operations = [
        migrations.CreateModel(
            name='TopicTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(help_text='`learning` or `challenge`.', max_length=9)),
                ('change', models.IntegerField()),
                ('topic', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='tallies', to='learnings.topic')),
            ],
            options={
                'verbose_name_plural': 'topic tallies',
                'default_permissions': (),
                'indexes': [models.Index(fields=['topic', 'kind', 'change'], name='topic_tally')],
            },
        ),
        migrations.RunPython(migrations.RunPython.noop, drop_triggers),
    ]
