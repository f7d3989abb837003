"""The tree of foreseen errors: a code for machines, a status for HTTP; the words are in the word lists.

BelegboteError
├── ConfigError                  the environment makes no sense
├── CommandError                 a command was asked for something it cannot do
│   ├── BadBackup                a backup that is not whole, not right, or not for this key
│   └── TooNew                   a data folder that a later Belegbote has changed
├── Damaged                      a file is not what its row, or its backup, says
└── AppError                     told to the client as {code, message_key, retryable}
    ├── SignedOut  WrongLogin  TooManyTries  WrongEntry
    ├── NotFound  ForeignOrigin  TooOld  BadRequest  MethodNotAllowed  SlowDown  ServerFault  StoreBusy
    ├── BadManifest  EmptyPage  ManifestChanged  TypeNotAccepted  NoCase
    ├── TooManyPages  PageTooLarge  SubmissionTooLarge  DiskFull
    ├── WrongOffset  WrongHash  WrongDigest  BeyondSize  BadContentType
    ├── NotReady  AlreadyDecided  ReasonMissing  PushHost
    ├── AskChanged  AskClosed  MessageChanged
    ├── AccessEnded  CodeOver  ChoosePin  WeakPin
    └── DeskError                only the desk can meet it
        ├── BadList  ListChanged  OfficeChanged  BadOffice  BadLogo  InTheFile  ArrangementChanged
        └── NotYourself  LastAdmin  LoginTaken  TeamTaken  TeamInUse  WrongPassword  BadPerson
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class BelegboteError(Exception):
    """All that Belegbote foresees."""


class ConfigError(BelegboteError):
    """The environment holds a value that makes no sense."""


class CommandError(BelegboteError):
    """A command line asked for something that cannot be done."""


class BadBackup(CommandError):
    """A backup that cannot be restored as it is; says what is wrong, a line for each fault."""


class TooNew(CommandError):
    """A data folder that a later Belegbote has changed."""


class Damaged(BelegboteError):
    """A file is not what was written down of it."""


class AppError(BelegboteError):
    """A foreseen refusal. `headers` and `extra` travel with the answer."""

    code = "server_fault"
    status = 500
    retryable = False

    def __init__(self, *, headers: Mapping[str, str] | None = None, extra: Mapping[str, Any] | None = None) -> None:
        super().__init__(self.code)
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


class ServerFault(AppError):
    """Something that nobody foresaw; the client keeps everything and tries again."""

    retryable = True


class SignedOut(AppError):
    code, status = "signed_out", 401


class WrongLogin(AppError):
    code, status = "wrong_login", 401


class TooManyTries(AppError):
    code, status, retryable = "too_many_tries", 429, True


class WrongEntry(AppError):
    code, status = "wrong_entry", 403


class ForeignOrigin(AppError):
    code, status = "foreign_origin", 403


class TooOld(AppError):
    """The client speaks a version that we no longer understand; it keeps everything and asks for an update."""

    code, status = "too_old", 426


class NotFound(AppError):
    """It does not exist, or it is somebody else's: nobody can tell which."""

    code, status = "not_found", 404


class MethodNotAllowed(AppError):
    code, status = "method_not_allowed", 405


class BadRequest(AppError):
    code, status = "bad_request", 400


class SlowDown(AppError):
    code, status, retryable = "slow_down", 429, True


class StoreBusy(AppError):
    """The database is locked for too long, or has no room; everything is kept, and the client tries again."""

    code, status, retryable = "server_fault", 503, True

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "30"})


class BadManifest(AppError):
    code, status = "bad_manifest", 400


class EmptyPage(AppError):
    code, status = "empty_page", 400


class ManifestChanged(AppError):
    code, status = "manifest_changed", 409


class TypeNotAccepted(AppError):
    code, status = "type_not_accepted", 415


class NoCase(AppError):
    code, status = "no_case", 403


class TooManyPages(AppError):
    code, status = "too_many_pages", 413


class PageTooLarge(AppError):
    code, status = "page_too_large", 413


class SubmissionTooLarge(AppError):
    code, status = "submission_too_large", 413


class DiskFull(AppError):
    code, status, retryable = "disk_full", 507, True

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": "300"})


class WrongOffset(AppError):
    """The client's offset is not ours; ours travels in `Upload-Offset`."""

    code, status, retryable = "wrong_offset", 409, True


class WrongHash(AppError):
    """All bytes are here, but they are not the announced ones; the page starts again at 0."""

    code, status, retryable = "wrong_hash", 422, True


class WrongDigest(AppError):
    """This append was altered on its way; nothing of it was kept."""

    code, status, retryable = "wrong_digest", 422, True


class BeyondSize(AppError):
    code, status = "beyond_size", 413


class BadContentType(AppError):
    code, status = "bad_content_type", 415


class NotReady(AppError):
    code, status, retryable = "not_ready", 409, True


class AlreadyDecided(AppError):
    code, status = "already_decided", 409


class ReasonMissing(AppError):
    code, status = "reason_missing", 400


class AskChanged(AppError):
    """Another ask is known by this id."""

    code, status = "ask_changed", 409


class AskClosed(AppError):
    """The office no longer asks for it."""

    code, status = "ask_closed", 409


class MessageChanged(AppError):
    """Another message is known by this id."""

    code, status = "message_changed", 409


class PushHost(AppError):
    code, status = "push_host", 400


class AccessEnded(AppError):
    """The secret is right, and the office has ended this person's access."""

    code, status = "access_ended", 403


class CodeOver(AppError):
    """The one-time code of a letter is right, and too old."""

    code, status = "code_over", 403


class ChoosePin(AppError):
    """The one-time code of a letter is right; the same again needs `new_secret`, the person's own."""

    code, status = "choose_pin", 403


class WeakPin(AppError):
    """Too short, too easy to guess, or the one-time code itself."""

    code, status = "weak_pin", 400


class DeskError(AppError):
    """A refusal that only the desk can meet: the phone needs no words for it."""


class BadList(DeskError):
    """A list of people that is no CSV of ours, or has wrong lines; `faults` says which and what to do."""

    code, status = "bad_list", 400


class BadPerson(DeskError):
    """What is to be changed about a person breaks a rule of the office's list; `faults` says which, and what to do."""

    code, status = "bad_person", 400

    def __init__(self, fault: str = "", *, faults: Sequence[Mapping[str, Any]] = (), **values: str) -> None:
        super().__init__(extra={"faults": [*faults] if not fault else [{"code": fault, **values}]})


class ListChanged(DeskError):
    """What the list would change is no longer what was shown."""

    code, status = "list_changed", 409


class NotYourself(DeskError):
    code, status = "not_yourself", 409


class LastAdmin(DeskError):
    """Nobody else could look after the office."""

    code, status = "last_admin", 409


class WrongPassword(DeskError):
    """Who is signed in and wants another password does not know the one they have."""

    code, status = "wrong_password", 403


class LoginTaken(DeskError):
    code, status = "login_taken", 409


class TeamTaken(DeskError):
    """Another team has this name."""

    code, status = "team_taken", 409


class TeamInUse(DeskError):
    """There are `cases` or `people` in the team."""

    code, status = "team_in_use", 409


class OfficeChanged(DeskError):
    """Somebody else has saved the office's texts since they were read."""

    code, status = "office_changed", 409


class BadOffice(DeskError):
    """The office's texts are not whole; `where` and `what` say which."""

    code, status = "bad_office", 400


class BadLogo(DeskError):
    code, status = "bad_logo", 400


class InTheFile(DeskError):
    """The papers are in the office's file, and deleted here: what is to be changed is changed there."""

    code, status = "in_the_file", 409


class ArrangementChanged(DeskError):
    """Somebody else has arranged the sheets since they were looked at; `by` and `at` say who and when."""

    code, status = "arrangement_changed", 409
