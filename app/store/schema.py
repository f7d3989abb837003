"""The tables, as migrations that are only ever added to. Times are UTC, ISO 8601; leases are seconds since 1970."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from app.errors import TooNew

migrations = Migrations("belegbote")


def _each(db: Database, statements: str) -> None:
    for statement in statements.split(";"):
        if statement.strip():
            db.execute(statement)


def bring_up_to_date(db: Database) -> None:
    """Make the changes that are still missing, each with its record or not at all.

    Raises TooNew when a later Belegbote was here: what this one would write, that one might not understand.
    """
    if is_newer(db):
        raise TooNew("This data folder was used by a newer Belegbote. Start that one, or restore a backup from before.")
    migrations.apply(db)


def is_newer(db: Database) -> bool:
    """Whether a later Belegbote than this one has changed the tables."""
    return any(applied.name not in globals() for applied in migrations.applied(db))


@migrations()
def m001_people(db: Database) -> None:
    _each(
        db,
        """
        CREATE TABLE team (id TEXT PRIMARY KEY, name TEXT NOT NULL);
        CREATE TABLE person (
            id TEXT PRIMARY KEY, role TEXT NOT NULL CHECK (role IN ('jobseeker', 'caseworker', 'admin')),
            name TEXT NOT NULL, login TEXT NOT NULL UNIQUE, secret_hash TEXT NOT NULL,
            language TEXT NOT NULL DEFAULT 'de', team TEXT REFERENCES team (id), created_at TEXT NOT NULL);
        CREATE TABLE "case" (
            id TEXT PRIMARY KEY, number TEXT NOT NULL UNIQUE, team TEXT NOT NULL REFERENCES team (id),
            approved_until TEXT);
        CREATE TABLE member (
            "case" TEXT NOT NULL REFERENCES "case" (id), person TEXT NOT NULL REFERENCES person (id),
            PRIMARY KEY ("case", person));
        CREATE TABLE session (
            token_hash TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id),
            scope TEXT NOT NULL CHECK (scope IN ('browser', 'upload')),
            created_at DOUBLE PRECISION NOT NULL, seen_at DOUBLE PRECISION NOT NULL, ends_at DOUBLE PRECISION NOT NULL);
        CREATE INDEX session_person ON session (person);
        CREATE TABLE failed_try (key TEXT PRIMARY KEY, count INTEGER NOT NULL, last_at DOUBLE PRECISION NOT NULL)
        """,
    )


@migrations()
def m002_submissions(db: Database) -> None:
    _each(
        db,
        """
        CREATE TABLE submission (
            id TEXT PRIMARY KEY, owner TEXT NOT NULL REFERENCES person (id),
            "case" TEXT NOT NULL REFERENCES "case" (id), kind TEXT NOT NULL, ask TEXT, follows TEXT, note TEXT,
            state TEXT NOT NULL, manifest_hash TEXT NOT NULL, client TEXT NOT NULL, captured_at TEXT,
            created_at TEXT NOT NULL, received_at TEXT, number TEXT UNIQUE);
        CREATE INDEX submission_owner ON submission (owner, created_at);
        CREATE INDEX submission_case ON submission ("case", state);
        CREATE TABLE page (
            submission TEXT NOT NULL REFERENCES submission (id), id TEXT NOT NULL, seq INTEGER NOT NULL,
            type TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, rotation INTEGER NOT NULL DEFAULT 0,
            corners TEXT, bytes_here INTEGER NOT NULL DEFAULT 0, stored_at TEXT,
            PRIMARY KEY (submission, id), UNIQUE (submission, seq));
        CREATE TABLE receipt_number (year INTEGER PRIMARY KEY, last INTEGER NOT NULL);
        CREATE TABLE event (
            id INTEGER PRIMARY KEY, "case" TEXT NOT NULL REFERENCES "case" (id),
            submission TEXT REFERENCES submission (id), what TEXT NOT NULL, at TEXT NOT NULL, actor TEXT,
            detail TEXT NOT NULL DEFAULT '{}');
        CREATE INDEX event_submission ON event (submission, id);
        CREATE TABLE job (
            id INTEGER PRIMARY KEY, what TEXT NOT NULL, submission TEXT NOT NULL REFERENCES submission (id),
            state TEXT NOT NULL DEFAULT 'waiting', attempt INTEGER NOT NULL DEFAULT 0, run_at DOUBLE PRECISION NOT NULL,
            lease_until DOUBLE PRECISION NOT NULL DEFAULT 0, fault TEXT, UNIQUE (what, submission));
        CREATE INDEX job_state ON job (state, run_at)
        """,
    )


@migrations()
def m003_documents(db: Database) -> None:
    _each(
        db,
        """
        CREATE TABLE sheet (
            submission TEXT NOT NULL REFERENCES submission (id), n INTEGER NOT NULL, page TEXT NOT NULL,
            problem TEXT, width INTEGER NOT NULL, height INTEGER NOT NULL, dpi DOUBLE PRECISION NOT NULL,
            size_name TEXT NOT NULL,
            confidence DOUBLE PRECISION, PRIMARY KEY (submission, n));
        CREATE TABLE document (
            submission TEXT PRIMARY KEY REFERENCES submission (id), sheets INTEGER NOT NULL, size INTEGER NOT NULL,
            sha256 TEXT NOT NULL, made_at TEXT NOT NULL);
        CREATE TABLE decision (
            submission TEXT PRIMARY KEY REFERENCES submission (id), outcome TEXT NOT NULL, reason TEXT, text TEXT,
            pages TEXT NOT NULL DEFAULT '[]', caseworker TEXT NOT NULL REFERENCES person (id), at TEXT NOT NULL)
        """,
    )


@migrations()
def m004_push(db: Database) -> None:
    _each(
        db,
        """
        CREATE TABLE subscription (
            id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), endpoint TEXT NOT NULL,
            p256dh TEXT NOT NULL, auth TEXT NOT NULL, language TEXT NOT NULL DEFAULT 'de',
            created_at TEXT NOT NULL, seen_at TEXT NOT NULL);
        CREATE INDEX subscription_person ON subscription (person);
        CREATE TABLE push_outbox (
            id INTEGER PRIMARY KEY, subscription TEXT NOT NULL, event INTEGER NOT NULL REFERENCES event (id),
            topic TEXT NOT NULL, urgency TEXT NOT NULL, payload TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
            attempt INTEGER NOT NULL DEFAULT 0, not_before DOUBLE PRECISION NOT NULL,
            lease_until DOUBLE PRECISION NOT NULL DEFAULT 0,
            ends_at DOUBLE PRECISION NOT NULL, fault TEXT, UNIQUE (subscription, event));
        CREATE INDEX push_outbox_state ON push_outbox (state, not_before)
        """,
    )


@migrations()
def m005_searchable(db: Database) -> None:
    _each(db, "ALTER TABLE document ADD COLUMN file TEXT NOT NULL DEFAULT 'document.pdf'")


@migrations()
def m006_verdict(db: Database) -> None:
    _each(
        db,
        """
        ALTER TABLE sheet ADD COLUMN verdict TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE sheet ADD COLUMN numbers TEXT NOT NULL DEFAULT '{}';
        ALTER TABLE sheet ADD COLUMN same_as INTEGER
        """,
    )


@migrations()
def m007_devices(db: Database) -> None:
    _each(
        db,
        """
        CREATE TABLE device (
            id TEXT NOT NULL, person TEXT NOT NULL REFERENCES person (id), created_at TEXT NOT NULL,
            seen_at TEXT NOT NULL, PRIMARY KEY (id, person));
        CREATE INDEX device_person ON device (person);
        CREATE TABLE held (
            device TEXT NOT NULL, person TEXT NOT NULL REFERENCES person (id), submission TEXT NOT NULL, kind TEXT,
            pages INTEGER NOT NULL, since TEXT, PRIMARY KEY (device, person, submission),
            FOREIGN KEY (device, person) REFERENCES device (id, person));
        CREATE INDEX held_person ON held (person);
        CREATE TABLE loss (
            id INTEGER PRIMARY KEY, submission TEXT NOT NULL UNIQUE, person TEXT NOT NULL REFERENCES person (id),
            "case" TEXT REFERENCES "case" (id), kind TEXT, pages INTEGER NOT NULL, since TEXT, at TEXT NOT NULL,
            told_at TEXT, seen_at TEXT, seen_by TEXT REFERENCES person (id));
        CREATE INDEX loss_case ON loss ("case", seen_at)
        """,
    )


@migrations()
def m008_alarms(db: Database) -> None:
    """A push tells of an event or of an alarm; SQLite cannot take a NOT NULL back, so the outbox is made anew."""
    _each(
        db,
        """
        CREATE TABLE beat (name TEXT PRIMARY KEY, at DOUBLE PRECISION NOT NULL);
        CREATE TABLE alarm (
            id INTEGER PRIMARY KEY, what TEXT NOT NULL, subject TEXT NOT NULL, began_at TEXT NOT NULL, ended_at TEXT);
        CREATE UNIQUE INDEX alarm_lasting ON alarm (what, subject) WHERE ended_at IS NULL;
        CREATE INDEX submission_state ON submission (state, received_at);
        CREATE TABLE new_outbox (
            id INTEGER PRIMARY KEY, subscription TEXT NOT NULL, event INTEGER REFERENCES event (id),
            alarm INTEGER REFERENCES alarm (id), topic TEXT NOT NULL, urgency TEXT NOT NULL, payload TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'waiting', attempt INTEGER NOT NULL DEFAULT 0,
            not_before DOUBLE PRECISION NOT NULL, lease_until DOUBLE PRECISION NOT NULL DEFAULT 0,
            ends_at DOUBLE PRECISION NOT NULL, fault TEXT, settled_at DOUBLE PRECISION,
            UNIQUE (subscription, event), UNIQUE (subscription, alarm),
            CHECK ((event IS NULL) <> (alarm IS NULL)));
        INSERT INTO new_outbox (id, subscription, event, topic, urgency, payload, state, attempt, not_before,
                                lease_until, ends_at, fault)
            SELECT id, subscription, event, topic, urgency, payload, state, attempt, not_before, lease_until, ends_at,
                   fault FROM push_outbox;
        DROP TABLE push_outbox;
        ALTER TABLE new_outbox RENAME TO push_outbox;
        CREATE INDEX push_outbox_state ON push_outbox (state, not_before)
        """,
    )


@migrations()
def m009_said(db: Database) -> None:
    """What the person did to a page, and was told, before it was sent; the back of a card beside its front."""
    _each(
        db,
        """
        ALTER TABLE page ADD COLUMN blackened INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE page ADD COLUMN kept TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE submission ADD COLUMN blackout_offered_at TEXT;
        ALTER TABLE submission ADD COLUMN months TEXT NOT NULL DEFAULT '[]';
        ALTER TABLE sheet ADD COLUMN back TEXT
        """,
    )


@migrations()
def m010_numbering(db: Database) -> None:
    """The number that a sheet has in print, "2 von 4"; both or none."""
    _each(db, "ALTER TABLE sheet ADD COLUMN printed INTEGER; ALTER TABLE sheet ADD COLUMN printed_of INTEGER")


@migrations()
def m011_asks(db: Database) -> None:
    """What the office asks for by a date, paper by paper; what the person says to it; what they were reminded of."""
    _each(
        db,
        """
        CREATE TABLE ask (
            id TEXT PRIMARY KEY, "case" TEXT NOT NULL REFERENCES "case" (id),
            person TEXT NOT NULL REFERENCES person (id), reason TEXT NOT NULL, basis TEXT NOT NULL, due TEXT NOT NULL,
            first_due TEXT NOT NULL, said TEXT NOT NULL, created_at TEXT NOT NULL,
            created_by TEXT NOT NULL REFERENCES person (id), seen_at TEXT, closed_at TEXT,
            wish TEXT, wish_text TEXT, wish_at TEXT, wish_outcome TEXT, wish_decided_at TEXT);
        CREATE INDEX ask_person ON ask (person, due);
        CREATE INDEX ask_case ON ask ("case", due);
        CREATE INDEX ask_due ON ask (closed_at, due);
        CREATE TABLE wanted (
            ask TEXT NOT NULL REFERENCES ask (id), n INTEGER NOT NULL, kind TEXT NOT NULL, note TEXT NOT NULL,
            declined TEXT, declined_text TEXT, declined_at TEXT, waived_at TEXT, PRIMARY KEY (ask, n));
        CREATE TABLE reminder (
            ask TEXT NOT NULL REFERENCES ask (id), due TEXT NOT NULL, days INTEGER NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (ask, due, days));
        ALTER TABLE event ADD COLUMN ask TEXT REFERENCES ask (id);
        CREATE INDEX event_ask ON event (ask, id);
        ALTER TABLE submission ADD COLUMN wanted INTEGER;
        CREATE INDEX submission_ask ON submission (ask)
        """,
    )


@migrations()
def m012_receipts(db: Database) -> None:
    """What was signed outlives what it names: no row here refers to another table."""
    _each(
        db,
        """
        CREATE TABLE receipt (
            number TEXT PRIMARY KEY, submission TEXT NOT NULL, office TEXT NOT NULL, arrived_at TEXT NOT NULL,
            pages TEXT NOT NULL, page_list TEXT NOT NULL, about TEXT, about_hash TEXT NOT NULL, "key" TEXT NOT NULL,
            signature TEXT NOT NULL);
        CREATE TABLE receipt_document (
            id INTEGER PRIMARY KEY, number TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
            made_at TEXT NOT NULL, "key" TEXT NOT NULL, signature TEXT NOT NULL, UNIQUE (number, sha256))
        """,
    )


@migrations()
def m013_handover(db: Database) -> None:
    """What was accepted before there was a hand-over is handed over, too."""
    _each(
        db,
        """
        CREATE TABLE handover (
            submission TEXT PRIMARY KEY REFERENCES submission (id), due_at TEXT NOT NULL,
            copy INTEGER NOT NULL DEFAULT 1, folder TEXT, package TEXT UNIQUE, exported_at TEXT, sha256 TEXT,
            size INTEGER, fault TEXT, fault_at TEXT, acknowledged_at TEXT, acknowledged_by TEXT,
            erasing_at TEXT, erased_at TEXT);
        CREATE INDEX handover_open ON handover (acknowledged_at, due_at);
        CREATE INDEX handover_kept ON handover (erased_at, acknowledged_at);
        CREATE TABLE handover_token (hash TEXT PRIMARY KEY, created_at TEXT NOT NULL);
        CREATE INDEX page_sha256 ON page (sha256);
        INSERT INTO handover (submission, due_at)
            SELECT submission.id, COALESCE(decision.at, received_at, created_at)
            FROM submission LEFT JOIN decision ON decision.submission = submission.id WHERE state = 'accepted';
        INSERT INTO job (what, submission, run_at) SELECT 'handover', submission, 0 FROM handover WHERE TRUE
            ON CONFLICT DO NOTHING
        """,
    )


@migrations()
def m014_people(db: Database) -> None:
    """Who no longer signs in, one-time codes, members of a household without a sign-in, and whom a paper is about."""
    _each(
        db,
        """
        ALTER TABLE person ADD COLUMN ended_at TEXT;
        ALTER TABLE person ADD COLUMN code_until TEXT;
        ALTER TABLE person ADD COLUMN chose_language INTEGER NOT NULL DEFAULT 0;
        CREATE TABLE household (
            id TEXT PRIMARY KEY, "case" TEXT NOT NULL REFERENCES "case" (id), name TEXT NOT NULL, relation TEXT,
            created_at TEXT NOT NULL, left_at TEXT);
        CREATE INDEX household_case ON household ("case", name);
        ALTER TABLE submission ADD COLUMN about TEXT
        """,
    )


@migrations()
def m015_messages(db: Database) -> None:
    """What a person and their team write to each other; `n` is the order, `read_at` when the other side had read it,
    `settled_at` when the team said that it needs no answer.
    """
    _each(
        db,
        """
        CREATE TABLE message (
            n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, "case" TEXT NOT NULL REFERENCES "case" (id),
            person TEXT NOT NULL REFERENCES person (id), author TEXT NOT NULL REFERENCES person (id),
            text TEXT NOT NULL, submission TEXT, at TEXT NOT NULL, read_at TEXT,
            settled_at TEXT);
        CREATE INDEX message_person ON message (person, n);
        CREATE INDEX message_author ON message (author, at)
        """,
    )


@migrations()
def m016_notices(db: Database) -> None:
    """Notices of the office, the consent to get them here, the survey. A job is now about a submission or a notice;
    SQLite cannot take a NOT NULL back, so the jobs are made anew.
    """
    _each(
        db,
        """
        CREATE TABLE notice (
            id TEXT PRIMARY KEY, "case" TEXT NOT NULL REFERENCES "case" (id),
            person TEXT NOT NULL REFERENCES person (id), kind TEXT NOT NULL, title TEXT NOT NULL, dated TEXT NOT NULL,
            size INTEGER NOT NULL, sha256 TEXT NOT NULL, said TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'sending',
            problem TEXT, pages INTEGER NOT NULL DEFAULT 0, by_post INTEGER NOT NULL DEFAULT 1,
            created_at TEXT NOT NULL, created_by TEXT NOT NULL REFERENCES person (id), available_at TEXT, read_at TEXT,
            withdrawn_at TEXT);
        CREATE INDEX notice_person ON notice (person, available_at);
        CREATE INDEX notice_case ON notice ("case", created_at);
        CREATE TABLE consent (
            id INTEGER PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), given_at TEXT NOT NULL,
            revoked_at TEXT);
        CREATE INDEX consent_person ON consent (person);
        CREATE TABLE survey (
            id TEXT PRIMARY KEY, person TEXT NOT NULL REFERENCES person (id), stars INTEGER, text TEXT,
            call INTEGER NOT NULL DEFAULT 0, phone TEXT, skipped TEXT, at TEXT NOT NULL, called_at TEXT,
            called_by TEXT REFERENCES person (id));
        CREATE INDEX survey_person ON survey (person, at);
        ALTER TABLE event ADD COLUMN notice TEXT REFERENCES notice (id);
        CREATE TABLE new_job (
            id INTEGER PRIMARY KEY, what TEXT NOT NULL, submission TEXT REFERENCES submission (id),
            notice TEXT REFERENCES notice (id), state TEXT NOT NULL DEFAULT 'waiting',
            attempt INTEGER NOT NULL DEFAULT 0, run_at DOUBLE PRECISION NOT NULL,
            lease_until DOUBLE PRECISION NOT NULL DEFAULT 0, fault TEXT,
            UNIQUE (what, submission), UNIQUE (what, notice), CHECK ((submission IS NULL) <> (notice IS NULL)));
        INSERT INTO new_job (id, what, submission, state, attempt, run_at, lease_until, fault)
            SELECT id, what, submission, state, attempt, run_at, lease_until, fault FROM job;
        DROP TABLE job;
        ALTER TABLE new_job RENAME TO job;
        CREATE INDEX job_state ON job (state, run_at)
        """,
    )


@migrations()
def m017_handling(db: Database) -> None:
    """Who has a submission in hand, until when it can wait, what colleagues tell each other, who looks at it now."""
    _each(
        db,
        """
        ALTER TABLE submission ADD COLUMN taken_by TEXT REFERENCES person (id);
        ALTER TABLE submission ADD COLUMN postponed_until TEXT;
        CREATE TABLE note (
            id TEXT PRIMARY KEY, submission TEXT NOT NULL REFERENCES submission (id),
            author TEXT NOT NULL REFERENCES person (id), text TEXT NOT NULL, at TEXT NOT NULL);
        CREATE INDEX note_submission ON note (submission, at);
        CREATE TABLE present (
            submission TEXT NOT NULL REFERENCES submission (id), person TEXT NOT NULL REFERENCES person (id),
            since TEXT NOT NULL, seen_at DOUBLE PRECISION NOT NULL, PRIMARY KEY (submission, person))
        """,
    )


@migrations()
def m018_duty(db: Database) -> None:
    """When a caseworker wants to be alerted, when they are away, and who stands in for them."""
    _each(
        db,
        """
        CREATE TABLE duty (
            person TEXT PRIMARY KEY REFERENCES person (id), pace TEXT NOT NULL, quiet_from TEXT, quiet_until TEXT,
            away_from TEXT, away_until TEXT, stand_in TEXT REFERENCES person (id));
        CREATE INDEX duty_stand_in ON duty (stand_in)
        """,
    )


@migrations()
def m019_whole(db: Database) -> None:
    """A sheet of a follow-up may show a page of the submission that it follows: `origin` names that one."""
    _each(db, "ALTER TABLE sheet ADD COLUMN origin TEXT REFERENCES submission (id)")


@migrations()
def m020_sides(db: Database) -> None:
    """The back of a card may be of another submission than its front: `back_origin` names that one.

    Of cards that are there already a back that is no page of the submission itself came with the front, or before.
    """
    _each(
        db,
        """
        ALTER TABLE sheet ADD COLUMN back_origin TEXT REFERENCES submission (id);
        UPDATE sheet SET back_origin = COALESCE(origin,
                (SELECT follows FROM submission WHERE submission.id = sheet.submission))
            WHERE back IS NOT NULL AND NOT EXISTS
                (SELECT 1 FROM page WHERE page.submission = sheet.submission AND page.id = sheet.back)
        """,
    )


@migrations()
def m021_arrangement(db: Database) -> None:
    """How caseworkers want the sheets of a document to lie, and what they split off as a paper of its own."""
    _each(
        db,
        """
        CREATE TABLE arrangement (
            submission TEXT NOT NULL REFERENCES submission (id), n INTEGER NOT NULL, based_on INTEGER NOT NULL,
            said TEXT NOT NULL, sheets TEXT NOT NULL, split_off TEXT REFERENCES submission (id),
            "by" TEXT NOT NULL REFERENCES person (id), at TEXT NOT NULL, failed_at TEXT, PRIMARY KEY (submission, n));
        CREATE INDEX arrangement_split_off ON arrangement (split_off);
        ALTER TABLE document ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE sheet ADD COLUMN made_of TEXT;
        ALTER TABLE submission ADD COLUMN split_from TEXT REFERENCES submission (id);
        ALTER TABLE submission ADD COLUMN split_at TEXT;
        CREATE INDEX submission_split_from ON submission (split_from)
        """,
    )


@migrations()
def m022_texts(db: Database) -> None:
    """What stands on the sheets of documents, for those who look for it. Of documents from before nothing is known."""
    _each(
        db,
        """
        CREATE TABLE sheet_text (
            id INTEGER PRIMARY KEY, submission TEXT NOT NULL REFERENCES submission (id), n INTEGER NOT NULL,
            text TEXT NOT NULL, folded TEXT NOT NULL, UNIQUE (submission, n));
        CREATE TABLE unpurged (submission TEXT PRIMARY KEY);
        CREATE VIRTUAL TABLE sheet_words USING fts5 (folded, content = 'sheet_text', content_rowid = 'id')
        """,
    )


@migrations()
def m023_asks_go(db: Database) -> None:
    """When what an ask said was deleted here; that it was made, and closed, stays."""
    _each(
        db,
        """
        ALTER TABLE ask ADD COLUMN erased_at TEXT;
        CREATE INDEX message_at ON message (at);
        CREATE INDEX submission_follows ON submission (follows)
        """,
    )


@migrations()
def m024_notes_told(db: Database) -> None:
    """People can read the notes about them in their data, but for those that the office takes out."""
    _each(db, "ALTER TABLE note ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0")


@migrations()
def m025_addresses(db: Database) -> None:
    """Where letters to a person go; empty where the office has not said."""
    _each(
        db,
        """
        ALTER TABLE person ADD COLUMN street TEXT NOT NULL DEFAULT '';
        ALTER TABLE person ADD COLUMN place TEXT NOT NULL DEFAULT ''
        """,
    )


@migrations()
def m026_let_go(db: Database) -> None:
    """Who had no access any more kept what they had in hand; it goes back to their teams."""
    _each(
        db,
        """
        UPDATE submission SET taken_by = NULL, postponed_until = NULL
            WHERE taken_by IN (SELECT id FROM person WHERE ended_at IS NOT NULL);
        UPDATE submission SET postponed_until = NULL
            WHERE postponed_until IS NOT NULL AND taken_by IS NULL
              AND (SELECT actor FROM event WHERE event.submission = submission.id AND what = 'postponed'
                   ORDER BY event.id DESC LIMIT 1) IN (SELECT id FROM person WHERE ended_at IS NOT NULL)
        """,
    )


@migrations()
def m027_read_again(db: Database) -> None:
    """What was read before there was a search is looked at once more: its words are in its PDF, and nowhere else."""
    _each(
        db,
        """
        DELETE FROM job WHERE what = 'read' AND state = 'done'
            AND submission NOT IN (SELECT submission FROM sheet_text)
        """,
    )


@migrations()
def m028_doubt(db: Database) -> None:
    """What a phone's owner is asked about, when the phone comes without a memory: is it gone, or on another one?"""
    _each(
        db,
        """
        CREATE TABLE doubt (
            device TEXT NOT NULL, person TEXT NOT NULL REFERENCES person (id), submission TEXT NOT NULL,
            PRIMARY KEY (device, person, submission),
            FOREIGN KEY (device, person) REFERENCES device (id, person))
        """,
    )
