"""/desk/operation: what needs a person, and how it runs, for admins. Receipt numbers, and no names."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app import alarms, health
from app.config import Config
from app.store import jobs
from app.store.database import Row
from app.web import context, replies, shapes

bp = Blueprint("operation", __name__, url_prefix="/api/v1/desk")

JOB_KEYS = "id what number state attempt fault".split()


@bp.get("/operation")
@context.for_admins
def operation(_admin: Row) -> dict[str, Any]:
    """The alarms now and lately, the figures, and the parked jobs."""
    store, config = context.store(), context.config()
    return {
        "at": store.time(),
        "alarms": [
            {"what": each.what, "number": each.number, "since": each.since} for each in alarms.present(store, config)
        ],
        "ended": [{key: row[key] for key in ("what", "number", "began_at", "ended_at")} for row in alarms.ended(store)],
        "jobs": [_job(row) for row in jobs.parked(store.db)],
        "figures": {**health.figures(store), **_limits(config)},
    }


def _limits(config: Config) -> dict[str, float]:
    """From where on a figure is an alarm; times in seconds."""
    return {
        "min_free_bytes": config.min_free_bytes,
        "queue_may_wait": alarms.QUEUE_MAY_WAIT,
        "silent_after": alarms.SILENT_AFTER,
    }


@bp.put("/jobs/<int:job>")
@context.for_admins
def change(_admin: Row, job: int) -> dict[str, Any]:
    """Let a parked job wait for another try; when it is not parked, nothing changes."""
    shapes.read(shapes.JobState, replies.body())
    return _job(alarms.retry(context.store(), job))


def _job(row: Row) -> dict[str, Any]:
    return {key: row[key] for key in JOB_KEYS}
