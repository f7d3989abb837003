"""The `belegbote` command."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from app import accounts, alarms, backup, check, handover, health, letters, roster, serve
from app.config import Config
from app.errors import BadList, BelegboteError, CommandError, LastAdmin, NotFound
from app.office import load_office
from app.store import Store, jobs, open_store, open_to_look, people
from app.store.backups import Backups, open_backup
from app.store.database import Row
from app.store.sealing import Seal, Unsealed, new_key, read_key

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
ROLES = ("jobseeker", "caseworker", "admin")


def main(arguments: Sequence[str] | None = None) -> None:
    """Do what the command line says; foreseen errors are one clear line and exit status 2."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("pikepdf").setLevel(logging.WARNING)  # it greets whoever loads it
    asked = _parser().parse_args(arguments)
    # Small matrices only, and a core each: BLAS threads would double the work in the processes that scan.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        asked.do(Config.from_env(), asked)
    except BelegboteError as error:
        print(f"belegbote: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except BrokenPipeError:
        raise SystemExit(0) from None
    except OSError as error:
        print(f"belegbote: {error.filename}: {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="belegbote",
        description="Hand in papers to the Jobcenter from a phone. Settings come from the environment: "
        "BELEGBOTE_DATA is the data folder, PORT the port; docs/configuration.md lists them all.",
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(commands, "serve", _serve, "start web and worker, and start again whichever ends")
    _add(commands, "web", _web, "start the web server alone")
    _add(commands, "worker", _worker, "start the worker alone: scans and pushes")
    shown = _add(commands, "demo", _demo, "fill an empty data folder with a demo office, and say how to sign in")
    shown.add_argument("--small", action="store_true", help="only the demo people, without the weeks before")
    shown.add_argument("--json", action="store_true", help="the demo people as JSON, for scripts")
    _add(commands, "status", _status, "counts, queue, checks and alarms; exit status 1 when something needs you")
    _add_keeping(commands)
    _add_person(commands)
    _add_people(commands)
    _add_job(commands)
    _add_handover(commands)
    return parser


def _add(commands: Commands, name: str, do: object, help: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    command.set_defaults(do=do)
    return command


def _add_keeping(commands: Commands) -> None:
    made = _add(commands, "backup", _backup, "back up rows, papers and keys while everything runs")
    made.add_argument("folder", type=Path, nargs="?", metavar="DIR", help="where backups lie, a folder for each")
    restored = _add(commands, "restore", _restore, "fill an empty data folder from a backup, then check it")
    restored.add_argument("backup", type=Path, metavar="BACKUP", help="one dated folder below DIR")
    for command in (made, restored):
        command.add_argument("--key", type=Path, metavar="FILE", help="the file with the key that encrypts backups")
    made.add_argument("--new-key", type=Path, metavar="FILE", help="make such a file, and nothing else")
    checked = _add(commands, "check", _check, "compare every file with its row; exit status 1 when something is wrong")
    checked.add_argument("--json", action="store_true", help="the findings as JSON, for scripts")
    checked.add_argument("--quarantine", action="store_true", help="move files without a row aside; deletes nothing")


def _add_person(commands: Commands) -> None:
    person = commands.add_parser("person", help="person add, person reset, person list", description="people")
    actions = person.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add = _add(actions, "add", _person_add, "add a person and print how they sign in for the first time")
    add.add_argument("--role", choices=ROLES, default="jobseeker")
    add.add_argument("--name", required=True)
    add.add_argument("--case", metavar="BG-NUMBER", help="a jobseeker's case; made when there is none")
    add.add_argument("--team", help="a caseworker's team, or the team of a new case")
    add.add_argument("--login", help="user name of caseworker or admin; jobseekers get eight digits")
    add.add_argument("--language", choices=("de", "en"), default="de")
    reset = _add(actions, "reset", _person_reset, "give a person a new code, good once, and end all their sessions")
    reset.add_argument("login")
    end = _add(actions, "end", _person_end, "end a person's access: sessions end, papers stay")
    end.add_argument("login")
    _add(actions, "list", _person_list, "who can sign in")


def _add_people(commands: Commands) -> None:
    many = commands.add_parser("people", help="people import, people export", description="many people, as CSV")
    actions = many.add_subparsers(title="commands", required=True, metavar="COMMAND")
    taken = _add(actions, "import", _people_import, "say what a CSV of people and cases would change; --really does it")
    taken.add_argument("file", type=Path, metavar="FILE.csv")
    taken.add_argument("--really", action="store_true", help="change it, if every line is good")
    taken.add_argument("--good-lines", action="store_true", help="with --really: take the good lines, leave the wrong")
    taken.add_argument("--new-teams", action="store_true", help="make teams that are not there yet")
    exported = _add(actions, "export", _people_export, "write everybody as CSV, in the columns of the import")
    exported.add_argument("-o", dest="file", type=Path, metavar="FILE.csv", required=True, help="must not be there yet")
    letters = _add(commands, "letters", _letters, "print activation letters; each has a new one-time code, shown once")
    letters.add_argument("logins", nargs="*", metavar="ID", help="for these people, whatever they have: it ends")
    letters.add_argument("--new", action="store_true", help="only for people who never had a letter")
    letters.add_argument("-o", dest="file", type=Path, metavar="FILE.pdf", required=True, help="must not be there yet")


def _add_job(commands: Commands) -> None:
    job = commands.add_parser("job", help="job list, job retry", description="jobs that failed too often")
    actions = job.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(actions, "list", _job_list, "the parked jobs, and why")
    _add(actions, "retry", _job_retry, "let a parked job be tried again").add_argument("job", type=int)


def _add_handover(commands: Commands) -> None:
    given = commands.add_parser("handover", help="handover list, ack, again, token", description="hand-over")
    actions = given.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(actions, "list", _handover_list, "what is accepted and not acknowledged yet")
    ack = _add(actions, "ack", _handover_ack, "say that a submission is in the e-file")
    repeated = _add(actions, "again", _handover_again, "hand a submission over once more, under another name")
    for command in (ack, repeated):
        command.add_argument("number", metavar="NUMBER", help="the receipt's number")
    _add(actions, "token", _handover_token, "a new token for the document system; the one before ends")


def _serve(config: Config, _asked: argparse.Namespace) -> None:
    serve.check_port(config)
    open_store(config.data).close()  # a folder that cannot be used is told here, once, and not by two children
    print(
        f"Belegbote: {_address(config)}/  (phone)   {_address(config)}/desk/  (desk)   Ctrl-C stops",
        flush=True,
    )
    serve.Serve(config).run()


def _web(config: Config, _asked: argparse.Namespace) -> None:
    command = serve.web_command(config)
    os.execv(command[0], command)


def _worker(config: Config, _asked: argparse.Namespace) -> None:
    from app import worker  # heavy: the vision library and the push library

    worker.main(config)


def _demo(config: Config, asked: argparse.Namespace) -> None:
    from app import demo  # heavy: it draws and scans

    print("Preparing the demo office; the first time its papers are drawn, sent and scanned ...", file=sys.stderr)
    demo.fill(config, past=not asked.small)
    if asked.json:
        print(json.dumps(demo.PEOPLE_TOLD, ensure_ascii=False, indent=1))
        return
    print(f"\nBelegbote with a demo office.\n\n  Phone  {_address(config)}/", flush=True)
    _print_people(demo.PEOPLE_TOLD, "jobseeker", "ID", "PIN")
    print(f"\n  Desk   {_address(config)}/desk/")
    for role in ("caseworker", "admin"):
        _print_people(demo.PEOPLE_TOLD, role, "user", "password")
    print(flush=True)


def _print_people(people_told: list[dict[str, Any]], role: str, login: str, secret: str) -> None:
    for person in people_told:
        if person["role"] == role:
            case = f"BG {person['case']}" if person["case"] else role
            print(f"         {login} {person['login']:<10} {secret} {person['secret']:<22} {person['name']}, {case}")


def _status(config: Config, _asked: argparse.Namespace) -> None:
    store = open_store(config.data)
    checks, found = health.checks(store, config), alarms.present(store, config)
    told = [{"what": each.what, "number": each.number, "since": each.since} for each in found]
    print(json.dumps({"checks": checks, "alarms": told, **health.figures(store)}, indent=1))
    raise SystemExit(0 if all(checks.values()) and not found else 1)


def _backup(config: Config, asked: argparse.Namespace) -> None:
    if asked.new_key:
        if asked.folder or asked.key:
            raise CommandError("--new-key FILE stands by itself; then name the same file with --key.")
        key = new_key(asked.new_key)
        print(f"{asked.new_key} holds the new key {key.id}. Keep a copy off this machine: no backup opens without it.")
        return
    if not asked.folder:
        raise CommandError("DIR is missing: the folder in which backups lie.")
    if asked.key and asked.key.resolve().is_relative_to(asked.folder.resolve()):
        raise CommandError(f"{asked.key} lies beside the backups that it locks. Keep it elsewhere.")
    made = backup.make(open_to_look(config.data), Backups(asked.folder, _seal(asked.key)))
    size = f"{made.files} files, {made.bytes / 1e6:.1f} MB, {made.linked} of them in the last backup already"
    print(f"{made.folder}: {size}.")
    if not asked.key:
        print("It holds people's papers and the office's keys UNENCRYPTED; --key FILE encrypts.", file=sys.stderr)
    for line in made.lost:
        print(f"NOT in it, for it is lost or damaged here: {line}", file=sys.stderr)
    raise SystemExit(1 if made.lost else 0)


def _seal(key: Path | None) -> Seal:
    return read_key(key) if key else Unsealed()


def _restore(config: Config, asked: argparse.Namespace) -> None:
    done = backup.restore(open_backup(asked.backup, _seal(asked.key)), config.data, time.time)
    print(f"{config.data} is the office of {done.made_at} again; every hash was compared.")
    print("Everybody signs in again. What was handed in after that time is not here; those receipts have numbers")
    print(f"up to {done.last_number}, which are not given again. Ask these people for their papers.")
    for line in done.lost:
        print(f"It was lost before the backup: {line}", file=sys.stderr)
    _tell(check.look(open_to_look(config.data)))


def _check(config: Config, asked: argparse.Namespace) -> None:
    found = check.look(open_to_look(config.data), quarantine=asked.quarantine)
    if not asked.json:
        _tell(found)
    everything = [finding.as_json() for finding in found]
    print(json.dumps({"findings": everything}, ensure_ascii=False, indent=1))
    raise SystemExit(1 if everything else 0)


def _tell(findings: Iterable[check.Finding]) -> None:
    """One line for each as it is found, and the exit status."""
    count = 0
    for finding in findings:
        count += 1
        print(finding.line(), flush=True)
    print(f"Check: {count or 'nothing'} found.", file=sys.stderr)
    raise SystemExit(1 if count else 0)


def _person_add(config: Config, asked: argparse.Namespace) -> None:
    store = open_store(config.data)
    jobseeker = asked.role == "jobseeker"
    if jobseeker and not asked.case:
        print("Without --case this person cannot hand in anything yet.", file=sys.stderr)
    if not jobseeker and not asked.login:
        raise CommandError("A caseworker or admin needs --login, the user name.")
    if not asked.team and (asked.role == "caseworker" or asked.case):
        raise CommandError("--team is needed: the team that is responsible.")
    team = _team(store, asked.team) if asked.team else None
    fresh = {
        "role": asked.role,
        "name": asked.name,
        "login": asked.login or accounts.new_login(),
        "language": asked.language,
        "team": None if jobseeker else team,
    }
    case = {"number": asked.case, "team": team} if jobseeker and asked.case else None
    added = people.get(store.db, accounts.add_person(store, fresh, case))
    assert added is not None
    print(asked.name)
    _give_code(store, added)


def _team(store: Store, name: str) -> str:
    known = people.team_by_name(store.db, name)
    if known:
        return str(known["id"])
    people.add_team(store.db, name.casefold(), name)
    return name.casefold()


def _give_code(store: Store, person: Row) -> None:
    """Print what opens the door once; nobody ever has a secret that somebody else has read."""
    what, own = ("code", "PIN") if person["role"] == "jobseeker" else ("password", "password")
    code = accounts.reset(store, person)
    print(f"  sign in with   {code.login}\n  {f'{what}, once':<14} {code.code}")
    print(f"Shown here only, good until {code.until[:10]}. At the sign-in an own {own} takes its place.")


def _who(store: Store, login: str) -> Row:
    person = people.by_login(store.db, accounts.normal_login(login))
    if not person:
        raise CommandError(f"Nobody signs in as {login}; `belegbote person list` shows who does.")
    return person


def _person_reset(config: Config, asked: argparse.Namespace) -> None:
    store = open_store(config.data)
    person = _who(store, asked.login)
    print(f"{person['name']}: what they had ends, and so do all sessions.")
    _give_code(store, person)


def _person_end(config: Config, asked: argparse.Namespace) -> None:
    store = open_store(config.data)
    person = _who(store, asked.login)
    try:
        accounts.end_access(store, person["id"])
    except LastAdmin:
        raise CommandError(f"{person['name']} is the last admin; add another one first.") from None
    print(f"{person['name']} can no longer sign in; all papers stay.")


def _people_import(config: Config, asked: argparse.Namespace) -> None:
    if asked.good_lines and not asked.really:
        raise CommandError("--good-lines goes with --really.")
    wanted: roster.Take = "good" if asked.good_lines else "all" if asked.really else "nothing"
    store, data = open_store(config.data), asked.file.read_bytes()
    try:
        report = roster.take(store, data, wanted, new_teams=asked.new_teams)
    except BadList as error:
        for fault in error.extra["faults"]:
            where = f"line {fault['line']}: " if fault["line"] else ""
            print(f"{where}{roster.fault_words(fault, 'en')}", file=sys.stderr)
        raise CommandError("Nothing was changed. Mend the file, or take the good lines with --good-lines.") from None
    _print_report(report)
    raise SystemExit(1 if report.count("wrong") else 0)


def _print_report(report: roster.Report) -> None:
    for line in report.lines:
        changes = "; ".join(f"{what}: {before or '-'} -> {after or '-'}" for what, before, after in line.changes)
        said = " ".join(each.words("en") for each in (*line.faults, *line.notes))
        print(
            f"line {line.number:<5} {line.what:<9} {line.case}  {line.name}  {line.login}  {changes}  {said}".rstrip()
        )
    if report.unknown:
        print(f"Columns that were left alone: {', '.join(report.unknown)}.", file=sys.stderr)
    counts = ", ".join(f"{report.count(what)} {what}" for what in roster.WHATS)
    print(f"{counts}. {'Done.' if report.taken else 'Nothing was changed; --really does it.'}", file=sys.stderr)


def _people_export(config: Config, asked: argparse.Namespace) -> None:
    _write_new(asked.file, roster.write(open_store(config.data)))


def _write_new(path: Path, data: bytes) -> None:
    """A file that only its owner may read, and that was not there."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise CommandError(f"{path} is there already; it is not overwritten.") from None
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _letters(config: Config, asked: argparse.Namespace) -> None:
    store = open_store(config.data)
    wanted = letters.wanted(store, asked.logins, new=asked.new)
    if not wanted:
        raise CommandError("Nobody waits for a letter. Name a personal ID to make one all the same.")
    if asked.file.exists():
        raise CommandError(f"{asked.file} is there already; it is not overwritten.")
    if not config.origin:
        print("BELEGBOTE_ORIGIN is not set: the QR codes lead to this machine only.", file=sys.stderr)
    made = letters.make(store, load_office(config.data), _address(config), wanted)
    _write_new(asked.file, made.pdf)
    accounts.use_codes(store, made.codes)  # after the paper is safe: a code that nobody can read would lock people out
    print(f"{asked.file}: {len(made.codes)} letters, good until {made.codes[0].until[:10]}. Print it, then delete it.")


def _person_list(config: Config, _asked: argparse.Namespace) -> None:
    for person in people.everybody(open_store(config.data).db):
        print(f"{person['role']:<11} {person['login']:<20} {person['name']}  {person['team'] or ''}")


def _job_list(config: Config, _asked: argparse.Namespace) -> None:
    for job in jobs.parked(open_store(config.data).db):
        of = job["number"] or "-"
        print(f"{job['id']:<6} {job['what']:<5} {of:<16} tried {job['attempt']} times: {job['fault']}")


def _job_retry(config: Config, asked: argparse.Namespace) -> None:
    try:
        job = alarms.retry(open_store(config.data), asked.job)
    except NotFound:
        raise CommandError(f"There is no job {asked.job}; `belegbote job list` shows the parked ones.") from None
    print(f"Job {job['id']}, {job['what']} of {job['number'] or jobs.subject(job)}: {job['state']}")


def _handover_list(config: Config, _asked: argparse.Namespace) -> None:
    for row in handover.waiting(open_store(config.data)):
        place = f"given {row['exported_at']} as {row['package']}" if row["exported_at"] else "waits"
        print(f"{row['number']:<16} accepted {row['due_at']}  {place}" + (f": {row['fault']}" if row["fault"] else ""))


def _handover_ack(config: Config, asked: argparse.Namespace) -> None:
    fresh = handover.acknowledge_number(open_store(config.data), asked.number)
    print(f"{asked.number} {'is' if fresh else 'was already'} in the e-file.")


def _handover_again(config: Config, asked: argparse.Namespace) -> None:
    print(f"{asked.number} is handed over again, as {handover.again(open_store(config.data), asked.number)}.")


def _handover_token(config: Config, _asked: argparse.Namespace) -> None:
    token = handover.new_token(open_store(config.data))
    print(f"Token of the document system: {token}   (shown once; the one before has ended)")


def _address(config: Config) -> str:
    return config.origin or f"http://127.0.0.1:{config.port}"


if __name__ == "__main__":
    main()
