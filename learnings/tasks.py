"""The worker's door to imports."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from learnings.importing import runs


@shared_task(name=runs.RUN_IMPORT)
def run_import(*, run_id: int, promise: str, **_later_arguments: Any) -> None:
    """Read an uploaded README into drafts."""
    runs.work(run_id, promised_as=promise)
