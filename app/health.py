"""Is everything fine, and how do we know: for /readyz, /metrics and whoever runs the machine."""

from __future__ import annotations

from typing import Any

from app import states
from app.config import Config
from app.store import Store, jobs, submissions, subscriptions

QUEUE_MAY_WAIT = 600.0


def checks(store: Store, config: Config) -> dict[str, bool]:
    """Each thing that must hold before a request should come here."""
    writes = store.can_write()
    return {
        "database": writes,
        "disk": store.files.free_bytes() > config.min_free_bytes,
        "keys": bool(store.keys.cookie and store.keys.receipt and store.keys.vapid),
        "queue": writes and jobs.queue(store.db, store.now())["oldest"] < QUEUE_MAY_WAIT,
    }


def figures(store: Store) -> dict[str, Any]:
    """Counts without any person in them: submissions by state, queue, pushes, disk."""
    by_state = submissions.count_by_state(store.db)
    return {
        "submissions": {state: by_state.get(state, 0) for state in states.STATES},
        "jobs": jobs.queue(store.db, store.now()),
        "reads": jobs.queue(store.db, store.now(), "read"),
        "pushes": subscriptions.count_by_state(store.db),
        "push_key_refused": subscriptions.alarms(store.db),
        "free_bytes": store.files.free_bytes(),
    }
