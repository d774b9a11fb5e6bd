"""The worker and its queues. Tasks are found in the `tasks` room of each floor.

The settings are the ones that lost nothing when workers and brokers were killed on purpose:
late acknowledgement, rejection when a child dies, one message at a time, quorum queues with a
delivery limit. Reasons: docs/decisions/0003.
"""

import os
from contextvars import Token
from typing import Any

from celery import Celery, bootsteps, signals
from celery.schedules import crontab
from django.conf import settings
from kombu import Exchange, Queue

from foundation.http import request_ids

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nexus.settings.production")

DELIVERY_LIMIT = 5  # attempts before a message goes to the dead-letter queue
TIME_LIMIT = 60  # seconds for one task


def queues(name: str) -> tuple[Queue, Queue]:
    """The queue of all work, and the one where RabbitMQ puts what no worker survived."""
    dead = Exchange(f"{name}.dead", type="topic", durable=True)
    work = Queue(
        name,
        Exchange(name, type="topic", durable=True),
        routing_key=name,
        durable=True,
        # Only RabbitMQ reads these; Redis and the in-memory broker ignore them.
        queue_arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-dead-letter-exchange": dead.name,
        },
    )
    return work, Queue(dead.name, dead, routing_key="#", durable=True)


work_queue, _ = queues("nexus")

REDIS_OPTIONS = {
    # A message whose worker died is handed out again after this long: twice the time limit.
    "visibility_timeout": 2 * TIME_LIMIT,
    # Look for such messages every 2 s; without these two it can take minutes.
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
}
TRANSPORT_OPTIONS: dict[str, dict[str, Any]] = {
    "redis": REDIS_OPTIONS,
    "rediss": REDIS_OPTIONS,
    "memory": {"polling_interval": 0.05},
}

app = Celery("nexus")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_timeout=1,  # seconds
    broker_connection_retry_on_startup=True,
    broker_transport_options=TRANSPORT_OPTIONS.get(settings.BROKER_SCHEME, {}),
    task_queues=[work_queue],
    task_default_queue=work_queue.name,
    task_default_exchange=work_queue.exchange.name,
    task_default_exchange_type="topic",
    task_default_routing_key=work_queue.routing_key,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=TIME_LIMIT - 10,
    task_time_limit=TIME_LIMIT,
    task_serializer="json",
    accept_content=["json"],
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    timezone="UTC",
    beat_schedule={
        # Each job takes its slot in the database first, so a second beat does no harm.
        # A tick that no worker took before the next one is worth nothing any more.
        "sweep": {"task": "foundation.sweep", "schedule": 10.0, "options": {"expires": 10}},
        # Once a day, at the first tick of it: a laptop is off at three in the morning.
        "forget": {"task": "foundation.forget", "schedule": 600.0, "options": {"expires": 600}},
        "forget sessions": {
            "task": "accounts.forget",
            "schedule": 600.0,
            "options": {"expires": 600},
        },
        "clear up": {"task": "learnings.clear_up", "schedule": 600.0, "options": {"expires": 600}},
        "fold": {"task": "learnings.fold", "schedule": 60.0, "options": {"expires": 60}},
        "recount": {"task": "learnings.recount", "schedule": 600.0, "options": {"expires": 600}},
        "sources": {"task": "learnings.look_at_sources", "schedule": crontab(minute="7")},
        "remind": {"task": "learnings.remind", "schedule": crontab(minute="23")},
    },
)
app.autodiscover_tasks(["foundation", "accounts", "notifications", "learnings"])


@signals.worker_init.connect
def _use_no_pool(sender: Any, **_signal: Any) -> None:
    """Give prefork children plain database connections.

    Celery closes its database after each task. With a pool that means a pool made and torn down
    for each, by a process that runs one task at a time.
    """
    if "prefork" in getattr(sender.pool_cls, "__module__", ""):
        for database in settings.DATABASES.values():
            database.get("OPTIONS", {}).pop("pool", None)


# --- Request ids: what a request made necessary is logged under its name, in the worker, too -----

_HEADER = "nexus_request_id"
_tokens: dict[str, Token[str]] = {}  # by task id, while the task runs


@signals.before_task_publish.connect
def _send_request_id(headers: dict[str, Any], **_signal: Any) -> None:
    """Write the id on the message. A sweep belongs to no request: what it rings has none."""
    if (request_id := request_ids.current.get()) != request_ids.NONE:
        headers[_HEADER] = request_id


@signals.task_prerun.connect
def _take_request_id(task_id: str, task: Any, **_signal: Any) -> None:
    given = getattr(task.request, _HEADER, None)
    if request_ids.is_acceptable(given):
        _tokens[task_id] = request_ids.current.set(given)


@signals.task_postrun.connect
def _leave_request_id(task_id: str, **_signal: Any) -> None:
    if (token := _tokens.pop(task_id, None)) is not None:
        request_ids.current.reset(token)


class DeclareDeadLetters(bootsteps.StartStopStep):
    """Declares the dead-letter queues on RabbitMQ, so that a refused message has a place to go."""

    requires = ("celery.worker.consumer.connection:Connection",)

    def start(self, parent: Any) -> None:
        """Run when the worker has a connection, again after each reconnection."""
        if parent.connection.transport.driver_type == "amqp":
            for name in parent.app.amqp.queues.consume_from:
                queues(name)[1](parent.connection.default_channel).declare()


app.steps["consumer"].add(DeclareDeadLetters)
