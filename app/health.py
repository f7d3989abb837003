"""Is everything fine, and how do we know: for /readyz, /metrics, the desk's operation page and the command line."""

from __future__ import annotations

from typing import Any

from app import alarms, states
from app.config import Config
from app.store import Store, handovers, jobs, submissions, subscriptions


def checks(store: Store, config: Config) -> dict[str, bool]:
    """Each thing that must hold before a request should come here."""
    writes = store.can_write()
    seen = alarms.worker_seen(store) if writes else None
    return {
        "database": writes,
        "disk": store.files.free_bytes() > config.min_free_bytes,
        "keys": bool(store.keys.cookie and store.keys.receipt and store.keys.vapid and store.keys.sign),
        "queue": writes and jobs.queue(store.db, store.now())["oldest"] < alarms.QUEUE_MAY_WAIT,
        "worker": seen is not None and seen <= alarms.SILENT_AFTER,
    }


def figures(store: Store) -> dict[str, Any]:
    """Counts without any person in them: submissions by state, queue, pushes, hand-over, disk, worker."""
    by_state = submissions.count_by_state(store.db)
    return {
        "submissions": {state: by_state.get(state, 0) for state in states.STATES},
        "late": len(alarms.late(store)),
        "jobs": jobs.queue(store.db, store.now()),
        "reads": jobs.queue(store.db, store.now(), "read"),
        "pushes": subscriptions.count_by_state(store.db),
        "pushes_failing": subscriptions.failing(store.db),
        "pushes_dropped": subscriptions.dropped(store.db),
        "push_key_refused": subscriptions.refused(store.db),
        "handovers": handovers.count_by_state(store.db),
        "free_bytes": store.files.free_bytes(),
        "worker_seen": alarms.worker_seen(store),
    }
