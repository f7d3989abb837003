"""The shapes of what clients say and of what we answer; the OpenAPI document is made of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app import alarms
from app.errors import BadRequest
from app.manifest import SUBMISSION_ID

Text = Annotated[str, StringConstraints(max_length=500)]
Time = Annotated[str, Field(description="UTC, ISO 8601, e.g. 2026-11-24T02:10:00Z")]
AlarmKind = Annotated[str, Field(json_schema_extra={"enum": list(alarms.KINDS)})]
State = Literal["sending", "received", "ready", "attention", "accepted", "returned"]


class Shape(BaseModel):
    """Unknown fields are ignored, so that older and newer sides understand each other."""

    model_config = ConfigDict(extra="ignore")


Said = TypeVar("Said", bound=Shape)


def read(shape: type[Said], said: dict[str, Any]) -> Said:
    """Read a request's body; raises BadRequest with the place that is wrong."""
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        raise BadRequest(extra={"where": ".".join(map(str, first["loc"])), "what": first["msg"]}) from error


class SignIn(Shape):
    """Personal ID and PIN, or user name and password; `entry` makes sure that the door fits the person."""

    login: Annotated[str, StringConstraints(max_length=200)]
    secret: Annotated[str, StringConstraints(max_length=200)]
    entry: Literal["phone", "desk"] | None = None


class Language(Shape):
    """Which language the person reads."""

    language: Literal["de", "en"]


class SignOut(Shape):
    """With `forget_device` the upload token in the Authorization header ends too."""

    forget_device: bool = False


class Decision(Shape):
    """`reason` is the id of one of the office's reasons, or free text; a return needs it, or `text`."""

    outcome: Literal["accepted", "returned"]
    reason: Text | None = None
    text: Text | None = None
    pages: list[str] | None = None


Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Texts = Annotated[
    dict[Literal["de", "en"], Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)]],
    Field(description="A text by language"),
]


class Wanted(Shape):
    """One paper that is asked for: its kind, and what exactly, say the months."""

    kind: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
    note: Texts = {}


class AskSaid(Shape):
    """What a person is asked for, until when (a day where the office is), why, and by which law."""

    person: Annotated[str, StringConstraints(max_length=64)]
    due: Day
    reason: Texts = {}
    basis: Texts = {}
    papers: Annotated[list[Wanted], Field(min_length=1, max_length=40)]


class Answer(Shape):
    """Why the person has a paper not; without a reason they take it back."""

    reason: Literal["lost", "not_yet", "never_had", "elsewhere", "another"] | None = None
    text: Text | None = None


class Wish(Shape):
    """More time is asked for; `id` is the client's, so that it may be said twice."""

    id: Annotated[str, StringConstraints(pattern=f"^{SUBMISSION_ID.pattern}$")]
    text: Text | None = None


class NoticeSaid(Shape):
    """A notice that will be uploaded for a person of the team's cases; `dated` is the day that stands on it."""

    person: Annotated[str, StringConstraints(max_length=64)]
    kind: Literal["grant", "change", "cancel", "refuse", "letter"]
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    dated: Day
    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class ConsentSaid(Shape):
    """Whether the person wants to get notices here."""

    given: bool


class SurveySaid(Shape):
    """Stars with what else the person says; or skipped, for now or for ever."""

    stars: Annotated[int, Field(ge=1, le=5)] | None = None
    text: Annotated[str, StringConstraints(max_length=2000)] | None = None
    call: bool = False
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    skipped: Literal["now", "ever"] | None = None


class Called(Shape):
    """Somebody called, or did not after all."""

    called: bool


class WishDecision(Shape):
    """`until` with granted; two weeks more where it is left out."""

    outcome: Literal["granted", "refused"]
    until: Day | None = None


class Settlement(Shape):
    """The office lets a paper go, or wants it all the same."""

    outcome: Literal["waived", "wanted"]


class PushKeys(Shape):
    """The browser's public key and secret, base64url."""

    p256dh: Annotated[str, StringConstraints(min_length=80, max_length=100, pattern=r"^[A-Za-z0-9_=-]+$")]
    auth: Annotated[str, StringConstraints(min_length=16, max_length=40, pattern=r"^[A-Za-z0-9_=-]+$")]


class Subscription(Shape):
    """What `PushSubscription.toJSON()` gives, and the language of the words."""

    endpoint: Annotated[str, StringConstraints(max_length=2000)]
    keys: PushKeys
    language: Literal["de", "en"] = "de"


class Held(Shape):
    """A submission that lies on a phone only, in whole or in part: `since` is when it was photographed."""

    submission: Annotated[str, StringConstraints(pattern=f"^{SUBMISSION_ID.pattern}$")]
    kind: Annotated[str, StringConstraints(max_length=100)] | None = None
    pages: Annotated[int, Field(ge=1, le=10_000)]
    since: Annotated[str, StringConstraints(max_length=40)] | None = None


class Outbox(Shape):
    """What lies only on this phone; what of it is `gone`; which losses the person was `told` of.

    `emptied`: the person had everything deleted that is not `pending`.
    """

    pending: Annotated[list[Held], Field(max_length=500)]
    gone: Annotated[list[Held], Field(max_length=500)] = []
    told: Annotated[list[str], Field(max_length=500)] = []
    emptied: bool = False


class Missing(Shape):
    """`lost`: gone from this phone; `elsewhere`: on another phone of this person, or gone with this one's data."""

    lost: list[Held]
    elsewhere: list[Held]


class Error(Shape):
    code: str
    message_key: str
    retryable: bool


class Named(Shape):
    id: str
    names: dict[str, str]


class Limits(Shape):
    pages: int
    page_bytes: int
    submission_bytes: int
    note_chars: int
    types: list[str]


class Blackout(Shape):
    """What may be blacked out on such papers, and what must stay, by language."""

    may: dict[str, str]
    must: dict[str, str]


class Kind(Named):
    """`blackout`: a rule that has to be told; `months`: of how many months papers are wanted; `card`: has a front and a
    back, which become one sheet; `only_seen`: the office must see it, and keeps no copy in its file.
    """

    blackout: Blackout | None = None
    months: int | None = None
    card: bool = False
    only_seen: bool = False


class OfficeShape(Shape):
    name: str
    kinds: list[Kind]
    reasons: list[Named]
    limits: Limits


class PersonShape(Shape):
    id: str
    name: str
    role: Literal["jobseeker", "caseworker", "admin"]
    language: str


class CaseShape(Shape):
    number: str
    approved_until: str | None = None


class TeamShape(Shape):
    id: str
    name: str


class OfficeName(Shape):
    name: str


class Session(Shape):
    """For a jobseeker: `upload_token` comes with the sign-in only; `phone_key`, 32 bytes in base64, locks the queue."""

    person: PersonShape
    case: CaseShape | None
    team: TeamShape | None
    office: OfficeName
    upload_token: str | None = None
    phone_key: str | None = None


class ReceiptPage(Shape):
    id: str
    sha256: str
    size: int


class Receipt(Shape):
    number: str
    arrived_at: Time
    submission: str
    pages: list[ReceiptPage]
    seal: str


class Progress(Shape):
    """Where a submission stands while it arrives: `stored` are the ids of the pages that are whole."""

    id: str
    state: State
    stored: list[str]
    complete: bool
    receipt: Receipt | None


class PageShape(Shape):
    id: str
    seq: int
    type: str
    size: int
    sha256: str
    stored: bool
    offset: int
    same_as: str | None
    problem: str | None


class EventShape(Shape):
    what: str
    at: Time
    detail: dict[str, Any]


class DocumentShape(Shape):
    pages: int
    size: int


Verdict = Annotated[
    list[str],
    Field(
        description="What the eyes should check, the worst first: empty, dark, far, blurred, glare, covered, cropped, "
        "same_page. Advice; clients ignore names they do not know."
    ),
]


class SheetShape(Shape):
    """`problem`: what went wrong when it was made; `same_as`: number of an earlier sheet of the same paper; `back`: the
    page that shows the back of a card, if this sheet is of both sides.
    """

    n: int
    page: str
    back: str | None
    problem: str | None
    verdict: Verdict
    same_as: int | None


class DecisionShape(Shape):
    outcome: Literal["accepted", "returned"]
    reason: str | None
    text: str | None
    pages: list[str]
    at: Time


class SubmissionShape(Shape):
    id: str
    state: State
    kind: str
    note: str | None
    follows: str | None
    ask: str | None
    wanted: int | None
    created_at: Time
    captured_at: str | None
    received_at: Time | None
    pages: list[PageShape]
    events: list[EventShape]
    receipt: Receipt | None
    document: DocumentShape | None
    sheets: list[SheetShape]
    decision: DecisionShape | None


class Submissions(Shape):
    submissions: list[SubmissionShape]


class Reader(Shape):
    name: str
    language: str


class Problem(Shape):
    n: int
    problem: str


Parked = Annotated[bool, Field(description="The scan failed too often: the photos are here, a document is not.")]


class DeskRow(Shape):
    id: str
    state: State
    kind: str
    number: str
    person: Reader
    case: CaseShape
    team: str
    received_at: Time
    pages: int
    parked: Parked
    problems: list[Problem]
    follows: str | None
    opened_at: Time | None
    note: str | None
    decided_at: Time | None


class DeskInbox(Shape):
    """`counts`: how many are new, returned, accepted; for an admin `alarms`, too."""

    submissions: list[DeskRow]
    counts: dict[str, int]


class DeskPage(Shape):
    """`kept`: what the phone named on it, and the person kept all the same."""

    id: str
    seq: int
    type: str
    size: int
    sha256: str
    rotation: int
    blackened: int
    kept: list[str]


class DeskSheet(SheetShape):
    width: int
    height: int
    dpi: float
    size_name: str
    numbers: dict[str, float]


class DeskEvent(EventShape):
    by: str | None


class DeskDecision(DecisionShape):
    by: str


class DeskSubmission(Shape):
    id: str
    state: State
    parked: Parked
    kind: str
    number: str
    note: str | None
    follows: str | None
    ask: str | None
    wanted: int | None
    person: Reader
    case: CaseShape
    received_at: Time
    captured_at: str | None
    months: list[str]
    blackout_offered_at: str | None
    decision: DeskDecision | None
    document: DocumentShape | None
    pages: list[DeskPage]
    sheets: list[DeskSheet]
    events: list[DeskEvent]


class AlarmShape(Shape):
    """`number`: the receipt of the submission that it is about, if it is about one."""

    what: AlarmKind
    number: str | None
    since: Time


class EndedAlarm(Shape):
    what: AlarmKind
    number: str | None
    began_at: Time
    ended_at: Time


class JobState(Shape):
    """A parked job may be made to wait for another try."""

    state: Literal["waiting"]


class Job(Shape):
    """`number`: the receipt of its submission; the job of a notice ("show") has none."""

    id: int
    what: Literal["scan", "show", "read"]
    number: str | None
    state: Literal["waiting", "running", "parked", "done"]
    attempt: int
    fault: str | None


class Queue(Shape):
    """`retried`: jobs that took more than one try; `oldest`: seconds."""

    waiting: int
    parked: int
    retried: int
    oldest: float


class Figures(Shape):
    """`late`: received ten minutes ago and no document; `worker_seen`: seconds ago, null when none is at work."""

    submissions: dict[str, int]
    late: int
    jobs: Queue
    reads: Queue
    pushes: dict[str, int]
    pushes_failing: int
    pushes_dropped: dict[str, int]
    push_key_refused: int
    free_bytes: int
    min_free_bytes: int
    worker_seen: float | None
    queue_may_wait: float
    silent_after: float


class OperationShape(Shape):
    at: Time
    alarms: list[AlarmShape]
    ended: list[EndedAlarm]
    jobs: list[Job]
    figures: Figures


class PushKey(Shape):
    key: str


class Declined(Shape):
    reason: str
    text: str | None
    at: Time


class PaperShape(Shape):
    """`submissions`: what was handed in for it and has arrived."""

    n: int
    kind: str
    note: Texts
    state: Literal["open", "there", "accepted", "returned", "declined", "waived"]
    declined: Declined | None
    submissions: list[str]


class WishShape(Shape):
    """`outcome`: granted, refused, or null while nobody has decided."""

    id: str
    text: str | None
    at: Time
    outcome: Literal["granted", "refused"] | None
    decided_at: Time | None


class AskShape(Shape):
    """answered: nothing is missing, something is not looked at yet; complete: all is accepted or let go."""

    id: str
    state: Literal["open", "overdue", "answered", "complete", "closed"]
    due: Day
    first_due: Day
    reason: Texts
    basis: Texts
    created_at: Time
    closed_at: Time | None
    seen_at: Time | None
    wish: WishShape | None
    papers: list[PaperShape]


class Asks(Shape):
    asks: list[AskShape]


class DeskAsk(AskShape):
    person: Reader
    case: CaseShape
    by: str


class DeskAskWhole(DeskAsk):
    events: list[DeskEvent]


class DeskAsks(Shape):
    asks: list[DeskAsk]


class Template(Named):
    """An ask to begin with: so many days, and its papers."""

    days: int
    reason: Texts
    basis: Texts
    papers: list[Wanted]


class Templates(Shape):
    templates: list[Template]


class CasePerson(Shape):
    id: str
    name: str
    language: str
    case: CaseShape


class CasePeople(Shape):
    people: list[CasePerson]


NoticeKind = Literal["grant", "change", "cancel", "refuse", "letter"]


class NoticeShape(Shape):
    """`by_post`: there was no consent when it was made available, so this is a copy, and the paper comes by post."""

    id: str
    kind: NoticeKind
    title: str
    dated: Day
    pages: int
    size: int
    sha256: str
    by_post: bool
    available_at: Time | None
    read_at: Time | None


class Notices(Shape):
    notices: list[NoticeShape]


class DeskNotice(NoticeShape):
    """sending: the bytes are not here; checking: nobody has looked at them; refused: they cannot be read (`problem`).
    `unread_days`: for so many whole days it is here and not read.
    """

    state: Literal["sending", "checking", "ready", "refused"]
    problem: str | None
    created_at: Time
    withdrawn_at: Time | None
    unread_days: int | None
    person: Reader
    case: CaseShape
    by: str


class DeskNotices(Shape):
    notices: list[DeskNotice]


class ConsentPeriod(Shape):
    given_at: Time
    revoked_at: Time | None


class Consent(Shape):
    """Whether notices are to be got here; `history`: the newest first."""

    given: bool
    history: list[ConsentPeriod]


class SurveyDue(Shape):
    due: bool


class Caller(Shape):
    name: str
    case: str | None


class SurveyAnswer(Shape):
    """`person`: only where they want to be called."""

    id: str
    stars: int
    text: str | None
    call: bool
    phone: str | None
    at: Time
    called_at: Time | None
    called_by: str | None
    person: Caller | None


class SurveyResults(Shape):
    """`counts`: how many by stars, "1" to "5"."""

    average: float | None
    counts: dict[str, int]
    answers: list[SurveyAnswer]


class Loss(Shape):
    """Papers that were on a phone and are gone before they arrived."""

    id: int
    kind: str | None
    pages: int
    since: str | None
    at: Time
    person: Reader
    case: CaseShape


class Losses(Shape):
    losses: list[Loss]
