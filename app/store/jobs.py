"""job: work on a submission or a notice, as leased rows. A killed worker loses nothing: its lease runs out."""

from __future__ import annotations

from sqlite_utils import Database

from app.store.database import Row, row, rows, run

LEASE = 60.0
MOST_TRIES = 4
_WITH_NUMBER = "SELECT job.*, submission.number FROM job LEFT JOIN submission ON submission.id = job.submission"


def add(db: Database, what: str, submission: str, now: float) -> None:
    """Queue some work once; the same work again changes nothing."""
    run(
        db,
        """INSERT INTO job (what, submission, run_at) VALUES (:what, :submission, :now)
           ON CONFLICT (what, submission) DO NOTHING""",
        {"what": what, "submission": submission, "now": now},
    )


def add_for_notice(db: Database, what: str, notice: str, now: float) -> None:
    """Queue some work on a notice once."""
    run(
        db,
        """INSERT INTO job (what, notice, run_at) VALUES (:what, :notice, :now)
           ON CONFLICT (what, notice) DO NOTHING""",
        {"what": what, "notice": notice, "now": now},
    )


def subject(job: Row) -> str:
    """The id of what a job is about."""
    return str(job["submission"] or job["notice"])


def claim(db: Database, now: float, what: str = "scan") -> Row | None:
    """Take the oldest job of a kind that is due or whose worker is gone, or None.

    `attempt` counts claims and is the fence: whoever holds an older one can no longer finish the job.
    """
    return row(
        db,
        """UPDATE job SET state = 'running', attempt = attempt + 1, lease_until = :lease
           WHERE id = (SELECT id FROM job WHERE what = :what AND ((state = 'waiting' AND run_at <= :now)
                          OR (state = 'running' AND lease_until < :now)) ORDER BY run_at, id LIMIT 1)
           RETURNING *""",
        {"now": now, "lease": now + LEASE, "what": what},
    )


def hold(db: Database, job: Row, now: float) -> bool:
    """Lengthen the lease of a job that takes long; False when it was lost."""
    return (
        run(
            db,
            "UPDATE job SET lease_until = :lease WHERE id = :id AND attempt = :attempt AND state = 'running'",
            {"lease": now + LEASE, "id": job["id"], "attempt": job["attempt"]},
        )
        == 1
    )


def finish(db: Database, job: Row) -> None:
    """The job is done."""
    run(
        db,
        "UPDATE job SET state = 'done', fault = NULL WHERE id = :id AND attempt = :attempt AND state = 'running'",
        {"id": job["id"], "attempt": job["attempt"]},
    )


def put_back(db: Database, job: Row, run_at: float, fault: str) -> None:
    """Try again later; after the last try the job is parked, with its fault to be seen."""
    state = "parked" if job["attempt"] >= MOST_TRIES else "waiting"
    run(
        db,
        """UPDATE job SET state = :state, run_at = :run_at, fault = :fault
           WHERE id = :id AND attempt = :attempt AND state = 'running'""",
        {"state": state, "run_at": run_at, "fault": fault[:500], "id": job["id"], "attempt": job["attempt"]},
    )


def hand_back(db: Database, job: Row, now: float) -> None:
    """The worker was told to stop: the job waits again, and this try does not count."""
    run(
        db,
        """UPDATE job SET state = 'waiting', attempt = attempt - 1, run_at = :now
           WHERE id = :id AND attempt = :attempt AND state = 'running'""",
        {"now": now, "id": job["id"], "attempt": job["attempt"]},
    )


def get(db: Database, job: int) -> Row | None:
    """A job with the `number` of its submission; a notice has none."""
    return row(db, f"{_WITH_NUMBER} WHERE job.id = :id", {"id": job})


def parked(db: Database) -> list[Row]:
    """The jobs that failed too often, oldest first, each with the `number` of its submission."""
    return rows(db, f"{_WITH_NUMBER} WHERE job.state = 'parked' ORDER BY job.id")


def unpark(db: Database, job: int, now: float) -> bool:
    """Let a parked job be tried again from its first try; False when it is not parked."""
    sql = "UPDATE job SET state = 'waiting', attempt = 0, run_at = :now WHERE id = :id AND state = 'parked'"
    return run(db, sql, {"id": job, "now": now}) == 1


def queue(db: Database, now: float, what: str = "scan") -> Row:
    """How long the queue is: `waiting`, `parked`, `retried` (jobs that took more than one try, done ones too), and
    `oldest`, the seconds the oldest open job has waited.
    """
    found = row(
        db,
        """SELECT COALESCE(SUM(CASE WHEN state IN ('waiting', 'running') THEN 1 ELSE 0 END), 0) AS waiting,
                  COALESCE(SUM(CASE WHEN state = 'parked' THEN 1 ELSE 0 END), 0) AS parked,
                  COALESCE(SUM(CASE WHEN attempt > 1 THEN 1 ELSE 0 END), 0) AS retried,
                  MIN(CASE WHEN state IN ('waiting', 'running') THEN run_at END) AS since
           FROM job WHERE what = :what""",
        {"what": what},
    )
    assert found is not None
    return {**found, "oldest": max(0.0, now - found["since"]) if found["since"] is not None else 0.0}


def idle(db: Database, now: float) -> bool:
    """Whether nothing is due and nothing is being done."""
    sql = "SELECT 1 FROM job WHERE state = 'running' OR (state = 'waiting' AND run_at <= :now) LIMIT 1"
    return not rows(db, sql, {"now": now})


def of(db: Database, submission: str) -> list[Row]:
    """The jobs of a submission."""
    return rows(db, "SELECT * FROM job WHERE submission = :submission ORDER BY id", {"submission": submission})


def begin_again(db: Database, now: float) -> None:
    """No worker holds anything: what was running waits again, and that try does not count."""
    run(
        db,
        """UPDATE job SET attempt = CASE WHEN state = 'running' THEN attempt - 1 ELSE attempt END,
                  state = 'waiting', run_at = :now WHERE state IN ('waiting', 'running')""",
        {"now": now},
    )


def hurry(db: Database, what: str, submission: str, now: float) -> None:
    """What a job was waiting for is settled."""
    run(
        db,
        """UPDATE job SET run_at = :now
           WHERE what = :what AND submission = :submission AND state = 'waiting' AND run_at > :now""",
        {"what": what, "submission": submission, "now": now},
    )


def repeat(db: Database, what: str, submission: str, now: float) -> None:
    """Do some work once more, from its first try; a try that is under way no longer counts."""
    run(
        db,
        """INSERT INTO job (what, submission, run_at) VALUES (:what, :submission, :now)
           ON CONFLICT (what, submission) DO UPDATE SET state = 'waiting', run_at = :now, fault = NULL,
              attempt = CASE WHEN job.state = 'running' THEN job.attempt ELSE 0 END""",
        {"what": what, "submission": submission, "now": now},
    )
