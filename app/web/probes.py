"""/livez, /readyz, /metrics: for whoever runs the machine. No person is in any of them."""

from __future__ import annotations

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app import health
from app.store import Store
from app.web import context

bp = Blueprint("probes", __name__)


@bp.get("/livez")
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
def ready() -> tuple[dict[str, object], int]:
    """Database, disk, keys and queue are fine: 200, else 503; `checks` says which is not."""
    checks = health.checks(context.store(), context.config())
    fine = all(checks.values())
    return {"status": "ok" if fine else "not ready", "checks": checks}, 200 if fine else 503


@bp.get("/metrics")
def metrics() -> Response:
    """Counts for Prometheus, read from the store at the moment of asking, so that every process says the same."""
    registry = CollectorRegistry()
    registry.register(_Figures(context.store()))
    return Response(generate_latest(registry), mimetype="text/plain; version=0.0.4")


class _Figures(Collector):
    def __init__(self, store: Store) -> None:
        self._store = store

    def collect(self) -> list[GaugeMetricFamily]:
        """Every figure as a gauge."""
        found = health.figures(self._store)
        jobs, reads = found["jobs"], found["reads"]
        return [
            _by_state("belegbote_submissions", "Submissions by state", found["submissions"]),
            _by_state("belegbote_pushes", "Pushes by state", found["pushes"]),
            _plain("belegbote_jobs_waiting", "Jobs that are not done", jobs["waiting"]),
            _plain("belegbote_jobs_parked", "Jobs that failed too often", jobs["parked"]),
            _plain("belegbote_reads_waiting", "Documents that are not searchable yet", reads["waiting"]),
            _plain("belegbote_reads_parked", "Documents that could not be made searchable", reads["parked"]),
            _plain("belegbote_jobs_oldest_seconds", "How long the oldest job has waited", jobs["oldest"]),
            _plain(
                "belegbote_push_key_refused",
                "Pushes that wait because our key is refused",
                found["push_key_refused"],
            ),
            _plain("belegbote_disk_free_bytes", "What the disk still takes", found["free_bytes"]),
        ]


def _by_state(name: str, help: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help, labels=["state"])
    for state, count in counts.items():
        family.add_metric([state], count)
    return family


def _plain(name: str, help: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help, value=value)
