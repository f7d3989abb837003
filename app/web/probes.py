"""/livez, /readyz, /metrics: for whoever runs the machine. No person is in any of them."""

from __future__ import annotations

import math

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app import alarms, health
from app.config import Config
from app.store import Store
from app.web import context

bp = Blueprint("probes", __name__)


@bp.get("/livez")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def ready() -> tuple[dict[str, object], int]:
    """Database, disk, keys, queue and worker are fine: 200, else 503; `checks` says which is not.

    `alarms` names all that needs a person; one parked scan is no reason to send no request here.
    """
    store, config = context.store(), context.config()
    checks = health.checks(store, config)
    fine = all(checks.values())
    found = alarms.by_kind(alarms.present(store, config)) if checks["database"] else {"database": 1}
    named = [kind for kind, count in found.items() if count]
    return {"status": "ok" if fine else "not ready", "checks": checks, "alarms": named}, 200 if fine else 503


@bp.get("/metrics")
def metrics() -> Response:
    """Counts for Prometheus, read from the store at the moment of asking, so that every process says the same."""
    registry = CollectorRegistry()
    registry.register(_Figures(context.store(), context.config()))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


class _Figures(Collector):
    def __init__(self, store: Store, config: Config) -> None:
        self._store, self._config = store, config

    def collect(self) -> list[GaugeMetricFamily]:
        """Every figure as a gauge."""
        found = health.figures(self._store)
        jobs, reads, seen = found["jobs"], found["reads"], found["worker_seen"]
        needed = alarms.by_kind(alarms.present(self._store, self._config))
        return [
            _by("kind", "belegbote_alarms", "What needs a person now, by kind", needed),
            _by("state", "belegbote_submissions", "Submissions by state", found["submissions"]),
            _plain("belegbote_submissions_late", "Received ten minutes ago, and no document yet", found["late"]),
            _by("state", "belegbote_pushes", "Pushes by state", found["pushes"]),
            _plain("belegbote_pushes_failing", "Pushes that wait after a try went wrong", found["pushes_failing"]),
            _by("reason", "belegbote_pushes_dropped", "Pushes that were given up", found["pushes_dropped"]),
            _plain("belegbote_jobs_waiting", "Jobs that are not done", jobs["waiting"]),
            _plain("belegbote_jobs_parked", "Jobs that failed too often", jobs["parked"]),
            _plain("belegbote_jobs_retried", "Jobs that took more than one try", jobs["retried"]),
            _plain("belegbote_reads_retried", "Readings that took more than one try", reads["retried"]),
            _plain("belegbote_reads_waiting", "Documents that are not searchable yet", reads["waiting"]),
            _plain("belegbote_reads_parked", "Documents that could not be made searchable", reads["parked"]),
            _plain("belegbote_jobs_oldest_seconds", "How long the oldest job has waited", jobs["oldest"]),
            _plain(
                "belegbote_push_key_refused",
                "Pushes that wait because our key is refused",
                found["push_key_refused"],
            ),
            _by("state", "belegbote_handovers", "Accepted submissions on their way to the e-file", found["handovers"]),
            _plain("belegbote_disk_free_bytes", "What the disk still takes", found["free_bytes"]),
            _plain(
                "belegbote_worker_last_seen_seconds",
                "How long ago the worker went its last round; +Inf: none is at work",
                math.inf if seen is None else seen,
            ),
        ]


def _by(label: str, name: str, help: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _plain(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help, value=value)
