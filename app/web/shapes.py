"""The shapes of what clients say and of what we answer; the OpenAPI document is made of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app import alarms, holidays
from app.errors import BadRequest
from app.manifest import NO_NUL, SUBMISSION_ID, Sha256

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
    """Personal ID and PIN, or user name and password; `entry` makes sure that the door fits the person. A
    one-time code or password as `secret` is refused with `choose_pin` until `new_secret` says what takes its place.
    """

    login: Annotated[str, StringConstraints(max_length=200)]
    secret: Annotated[str, StringConstraints(max_length=200)]
    entry: Literal["phone", "desk"] | None = None
    new_secret: Annotated[str, StringConstraints(max_length=64)] | None = None


class PasswordSaid(Shape):
    """The password that somebody of the office has, and the one that takes its place."""

    secret: Annotated[str, StringConstraints(max_length=200)]
    new_secret: Annotated[str, StringConstraints(max_length=64)]


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


Turn = Literal[0, 90, 180, 270]


class Laid(Shape):
    """A sheet by its number in the document, and what it is turned by, degrees clockwise; `front` and `back`: where it
    is a card, what one side is turned by alone, whatever the whole is turned by.
    """

    n: Annotated[int, Field(ge=1, le=10_000)]
    turn: Turn = 0
    front: Turn | None = None
    back: Turn | None = None


class ArrangementSaid(Shape):
    """Each sheet of the document once, in the order in which they are to lie; `based_on`: the `version` of it that was
    looked at.
    """

    based_on: Annotated[int, Field(ge=0)]
    sheets: Annotated[list[Laid], Field(min_length=1, max_length=1000)]


class SplitSaid(Shape):
    """What stays, and what becomes a submission of its own and of this kind; together each sheet once."""

    based_on: Annotated[int, Field(ge=0)]
    kind: Annotated[str, StringConstraints(max_length=64)]
    stay: Annotated[list[Laid], Field(min_length=1, max_length=1000)]
    leave: Annotated[list[Laid], Field(min_length=1, max_length=1000)]


class KindSaid(Shape):
    """The id of one of the office's kinds."""

    kind: Annotated[str, StringConstraints(max_length=64)]


class Taking(Shape):
    """Into one's own hands, or back into the team's."""

    taken: bool


class Postponement(Shape):
    """The day on which it is in the inbox again; null: now."""

    until: Day | None


class NoteSaid(Shape):
    """What colleagues should know. The person finds it when they download their data, unless it is `withheld`."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    withheld: bool = False


Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class DutySaid(Shape):
    """At what pace alerts come, in which hours none, on which days one is away and who stands in then."""

    pace: Literal["now", "summary", "none"] = "now"
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None
    away_from: Day | None = None
    away_until: Day | None = None
    stand_in: Annotated[str, StringConstraints(max_length=64)] | None = None


class TeamChoice(Shape):
    """The team in whose inbox one works; null: one's own."""

    team: Annotated[str, StringConstraints(max_length=64)] | None


Uuid = Annotated[str, StringConstraints(pattern=f"^{SUBMISSION_ID.pattern}$")]


class MessageSaid(Shape):
    """`submission`: what was photographed for it, or what it is about; without one, a text is needed."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=NO_NUL)] = ""
    submission: Uuid | None = None


class ReadUntil(Shape):
    """The id of the last message that was read."""

    until: Uuid


class DeskReadUntil(ReadUntil):
    """With `read` false this message and the person's later ones count as unread again; `settled`: no answer is
    needed.
    """

    read: bool = True
    settled: bool = False


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
    """`retired`: no longer offered; papers that name it keep its name."""

    id: str
    names: dict[str, str]
    retired: bool = False


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
    back, which become one sheet; `only_seen`: the office must see it, and keeps no copy in its file; `message`: goes
    with a message, and is not to be chosen; `former`: what it was called before.
    """

    blackout: Blackout | None = None
    months: int | None = None
    card: bool = False
    only_seen: bool = False
    message: bool = False
    former: list[str] = []


class Benefit(Shape):
    """What the benefit is called, by language, and what it was called before."""

    names: dict[str, str]
    former: list[str]


class OfficeShape(Shape):
    """`logo`: there is a picture at /office/logo; `answer_days`: when an answer to a message can be expected;
    `retention_days`: after so many days in the e-file papers are deleted here, 0: as the office says;
    `kept_days`: the same of what lies in no e-file, where it is deleted at all.
    """

    name: str
    benefit: Benefit
    logo: bool
    kinds: list[Kind]
    reasons: list[Named]
    answer_days: dict[str, str]
    retention_days: int
    kept_days: dict[Literal["returned", "messages", "notices", "asks"], int]
    limits: Limits


class PersonShape(Shape):
    id: str
    name: str
    role: Literal["jobseeker", "caseworker", "admin"]
    language: str


class CaseShape(Shape):
    number: str
    approved_until: str | None = None


class Member(Shape):
    """Who belongs to a case, with a sign-in or without."""

    id: str
    name: str


class OwnCase(CaseShape):
    members: list[Member]


class TeamShape(Shape):
    id: str
    name: str


class OfficeName(Shape):
    name: str


class Session(Shape):
    """For a jobseeker: `upload_token` comes with the sign-in only; `phone_key`, 32 bytes in base64, locks the queue."""

    person: PersonShape
    case: OwnCase | None
    team: TeamShape | None
    office: OfficeName
    upload_token: str | None = None
    phone_key: str | None = None


class ReceiptPage(Shape):
    id: str
    sha256: str
    size: int


class ReceiptAbout(Shape):
    """What was signed of the case and the kind, as it was at the arrival; gone once the submission is deleted."""

    case: str
    kind: str


class Receipt(Shape):
    """Signed by the office; docs/receipt.md says what, and how to check it. `code` is what the QR code carries, `short`
    is for typing."""

    number: str
    arrived_at: Time
    submission: str
    pages: list[ReceiptPage]
    office: str
    about: ReceiptAbout | None
    key: str
    signature: str
    code: str
    short: str


class ReceiptDocument(Shape):
    """A PDF that was made of the pages, signed."""

    sha256: str
    size: int
    made_at: Time
    key: str
    signature: str


class WholeReceipt(Receipt):
    """With the PDFs that were made of the pages so far: none before the scan."""

    documents: list[ReceiptDocument]


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


class GapShape(Shape):
    """Of the pages that have "of `total`" in print, which are not there, and which are there twice. Advice."""

    total: int
    missing: list[int]
    doubled: list[int]


FiledAt = Annotated[str | None, Field(description="Since when the office has it in its own file, as that file says.")]
ErasedAt = Annotated[
    str | None, Field(description="Its papers are deleted here, after the office's time; the receipt stays.")
]


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
    split_from: Annotated[str | None, Field(description="The number of the submission that the office split it from.")]
    created_at: Time
    captured_at: str | None
    received_at: Time | None
    pages: list[PageShape]
    events: list[EventShape]
    receipt: Receipt | None
    document: DocumentShape | None
    sheets: list[SheetShape]
    gaps: list[GapShape]
    decision: DecisionShape | None
    filed_at: FiledAt
    erased_at: ErasedAt


class Submissions(Shape):
    submissions: list[SubmissionShape]


class Reader(Shape):
    name: str
    language: str


class Known(Reader):
    """Somebody who can be asked for papers and written to."""

    id: str


class Problem(Shape):
    n: int
    problem: str


Parked = Annotated[bool, Field(description="The scan failed too often: the photos are here, a document is not.")]


class Place(Shape):
    """Where on a sheet stands what was looked for: the `word` as it stands there, with some words around it."""

    n: int
    before: str
    word: str
    after: str


class DeskRow(Shape):
    """`found`: where in its document stands what was looked for, if not all of it is known without."""

    id: str
    state: State
    kind: str
    number: str
    person: Reader
    about: Member | None
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
    taken_by: str | None
    postponed_until: Day | None
    late: bool
    version: Annotated[int, Field(description="How often its document was made anew")]
    found: Place | None


class DeskInbox(Shape):
    """`total`: how many there are in the queue, of which the first are shown; `counts`: how many are new, mine,
    overdue, postponed, returned, accepted, how many `asks` need the office, how many people's `messages` nobody of
    the team has read; for an admin `alarms`, too.
    """

    submissions: list[DeskRow]
    total: int
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


class EarlierPage(DeskPage):
    """A page of a submission that this one follows."""

    submission: str


class Box(Shape):
    """Where something lies on a page, in parts of its width and height."""

    x: float
    y: float
    width: float
    height: float


class DeskSheet(SheetShape):
    """`origin`: the earlier submission whose page `page` is, if single pages came back and this is one that was good;
    `back_origin`: the same of `back`; `sides`: where front and back of a card lie on it, if that is known.
    """

    origin: str | None
    back_origin: str | None
    sides: list[Box]
    width: int
    height: int
    dpi: float
    size_name: str
    numbers: dict[str, float]


class DeskEvent(EventShape):
    by: str | None


class DeskDecision(DecisionShape):
    by: str


class DeskNote(Shape):
    id: str
    text: str
    at: Time
    by: str
    withheld: bool


class Other(Shape):
    name: str
    since: Time


class Presence(Shape):
    """Who else looks at it now."""

    others: list[Other]


class AskBrief(Shape):
    """How an ask stands, in a line: so many papers are given of so many wanted."""

    id: str
    state: Literal["open", "overdue", "answered", "complete", "closed"]
    due: Day
    given: int
    wanted: int


class OtherSubmission(Shape):
    id: str
    number: str
    kind: str


class DeskSubmission(Shape):
    """`version`: counts how often the document was made anew; `arranging`: it is being made anew now, and until then
    nobody decides; `split_from` and `split_into`: of which submission it was a part, and what was split off from it.
    """

    id: str
    state: State
    parked: Parked
    kind: str
    number: str
    note: str | None
    follows: str | None
    ask: str | None
    wanted: int | None
    about: Member | None
    asked: AskBrief | None
    person: Known
    case: CaseShape
    received_at: Time
    captured_at: str | None
    months: list[str]
    taken_by: str | None
    postponed_until: Day | None
    notes: list[DeskNote]
    blackout_offered_at: str | None
    decision: DeskDecision | None
    document: DocumentShape | None
    version: int
    arranging: bool
    split_from: OtherSubmission | None
    split_into: list[OtherSubmission]
    pages: list[DeskPage]
    earlier: list[EarlierPage]
    sheets: list[DeskSheet]
    gaps: list[GapShape]
    events: list[DeskEvent]
    filed_at: FiledAt
    erased_at: ErasedAt


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
    what: Literal["scan", "show", "read", "handover"]
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
    handovers: dict[str, int]
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
    """`needs`: what of it waits for the office."""

    person: Known
    case: CaseShape
    by: str
    needs: list[Literal["overdue", "wish", "declined"]]


class HandedIn(Shape):
    """A submission for an ask; `wanted` is the number of the paper that it is for."""

    id: str
    kind: str
    number: str
    state: State
    wanted: int | None
    received_at: Time


class DeskAskWhole(DeskAsk):
    events: list[DeskEvent]
    handed_in: list[HandedIn]


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


class PhraseShape(Named):
    """What the office often writes in messages: a title for the desk, and the text by language."""

    text: dict[str, str]


class Phrases(Shape):
    phrases: list[PhraseShape]


class Holiday(Shape):
    day: Day
    name: Annotated[str, Field(json_schema_extra={"enum": list(holidays.HOLIDAYS)})]


class Holidays(Shape):
    """Days on which no deadline ends, weekends aside. Without a `region` only what holds everywhere in Germany."""

    region: str
    days: list[Holiday]


class CasePerson(Shape):
    id: str
    name: str
    language: str
    case: CaseShape


class CasePeople(Shape):
    people: list[CasePerson]


class Colleague(Shape):
    id: str
    name: str


class Away(Shape):
    """Somebody who is away and for whom one stands in."""

    name: str
    team: TeamShape | None


class Duty(DutySaid):
    """`team`: in whose inbox one works now."""

    stand_in_name: str | None
    colleagues: list[Colleague]
    stands_in_for: list[Away]
    team: TeamShape | None


class MessageShape(Shape):
    """`mine`: the person wrote it, else their team did; `read_at`: when the other side had read it; `submission`: what
    goes with it, or what it is about.
    """

    id: str
    text: str
    at: Time
    read_at: Time | None
    mine: bool
    submission: str | None


class Messages(Shape):
    """`team` answers; `more`: there are earlier ones that are not told here."""

    messages: list[MessageShape]
    team: str | None
    more: bool


class LastMessage(Shape):
    text: str
    at: Time
    by: str
    from_person: bool


class Thread(Shape):
    """`unread`: how many messages of the person nobody has read; `waiting_since`: the first one that waits for an
    answer.
    """

    person: Known
    case: CaseShape
    unread: int
    waiting_since: Time | None
    last: LastMessage


class Threads(Shape):
    threads: list[Thread]


class Paper(Shape):
    id: str
    kind: str
    number: str
    state: State


class DeskPaper(Paper):
    received_at: Time


class DeskMessage(Shape):
    """`enclosed`: something goes with it; `paper`: that, once it has arrived; `elsewhere`: it has, at the team that was
    responsible before.
    """

    id: str
    text: str
    at: Time
    read_at: Time | None
    by: str
    from_person: bool
    enclosed: bool
    elsewhere: bool
    paper: Paper | None


class DeskThread(Shape):
    person: Known
    case: CaseShape
    messages: list[DeskMessage]
    papers: list[DeskPaper]


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


class CheckAsked(Shape):
    """`code` as in a receipt's QR code, or `number` with its short code; `sha256` of a file, to see what it is."""

    code: Annotated[str, StringConstraints(max_length=2000)]
    number: Annotated[str, StringConstraints(max_length=40)] = ""
    sha256: Annotated[str, StringConstraints(max_length=100)] = ""


class CheckedReceipt(Shape):
    """All that a stranger learns of a receipt."""

    number: str
    arrived_at: Time
    pages: int
    office: str


class Checked(Shape):
    """`file`: what the file with that hash is to it; "forgotten" when its pages are not known here any more."""

    said: Literal["genuine", "forged", "unknown", "incomplete"]
    receipt: CheckedReceipt | None
    file: Literal["page", "document", "other", "forgotten", "no_hash"] | None
    page: int | None


class Acknowledgement(Shape):
    """`sha256`: of the document as it is in the office's file; `copy`: which one that is, as in the index."""

    sha256: Sha256
    copy_number: Annotated[int | None, Field(alias="copy")] = None


class Handover(Shape):
    """`due_at`: from when on it may be taken; `exported_at`: since when it lies in the folder, if there is one."""

    id: str
    number: str
    due_at: Time
    exported_at: Time | None
    acknowledged_at: Time | None


class Handovers(Shape):
    """What is not acknowledged, what waits longest first; `more`: there are others behind these."""

    submissions: list[Handover]
    more: bool


class HandoverNumber(Shape):
    number: str


class HandoverKind(Shape):
    id: str
    name: str


class HandoverPerson(Shape):
    name: str


class HandoverDecision(Shape):
    outcome: Literal["accepted"]
    at: Time
    by: str
    text: str | None


class HandoverDocument(Shape):
    file: str
    size: int
    sha256: str
    sheets: int
    searchable: bool


class HandoverPage(Shape):
    """A page as it was sent."""

    id: str
    seq: int
    type: str
    size: int
    sha256: str


class HandoverIndex(Shape):
    """The same as `index.json` in a package. `captured_at` is by the phone's clock; `follows` is a receipt's number;
    `copy` is above 1 when it is handed over again, by command or under another name.
    """

    format: int
    number: str
    submission: str
    copy_number: Annotated[int, Field(alias="copy")]
    case: HandoverNumber
    kind: HandoverKind
    person: HandoverPerson
    months: list[str]
    note: str | None
    follows: str | None
    captured_at: str | None
    received_at: Time
    decision: HandoverDecision
    document: HandoverDocument
    pages: list[HandoverPage]


class FigureTotals(Shape):
    submissions: int
    pages: int
    decided: int
    returned: int
    median: float | None
    nine_in_ten: float | None


class FigureDay(Shape):
    day: str
    submissions: int
    pages: int


class FigureWeek(Shape):
    """`week`: its Monday; hours are null where fewer than five were decided."""

    week: str
    submissions: int
    pages: int
    decided: int
    median: float | None
    nine_in_ten: float | None


class FigureKind(Shape):
    """`kind` is null for all kinds that are too few to be named; so are `returned`, `rate` and `reason` then."""

    kind: str | None
    decided: int
    returned: int | None
    rate: float | None
    reason: str | None


class FigureShare(Shape):
    """`name` is null for all that are too few to be named; `count` is null where it would be below five."""

    name: str | None
    count: int | None


class OfficeFigures(Shape):
    """Counts of a period, without names; hours are from the arrival to the decision, nights and weekends included."""

    at: Time
    days: int
    begins: str
    ends: str
    team: str | None
    teams: list[TeamShape]
    least: int
    now: FigureTotals
    before: FigureTotals
    per_day: list[FigureDay]
    per_week: list[FigureWeek]
    kinds: list[FigureKind]
    reasons: list[FigureShare]
    languages: list[FigureShare]
    waits: list[FigureShare]


class PersonRow(Shape):
    """One person in the list for admins. `access`: none: no letter yet; code: a letter's code waits until `code_until`;
    over: that code is too old; own: a PIN or password of their own; ended.
    """

    id: str
    role: Literal["jobseeker", "caseworker", "admin"]
    name: str
    login: str
    language: str
    case: CaseShape | None
    team: str | None
    access: Literal["none", "code", "over", "own", "ended"]
    code_until: Time | None


class MemberShape(Shape):
    """Somebody of the case without a sign-in; `left_at`: since when they belong there no more."""

    id: str
    name: str
    relation: str | None
    left_at: Time | None


class PersonWhole(PersonRow):
    """One person with what can be changed about them; `chose_language`: they did themselves, and it stays. `notes` are
    worth knowing after somebody was added.
    """

    team_id: str | None
    street: str
    place: str
    chose_language: bool
    household: list[MemberShape]
    notes: list[str] = []


class People(Shape):
    """`found`: how many match, of which `people` are the first; `waiting`: how many have no PIN of their own yet;
    `new`: of these, who never had a letter.
    """

    people: list[PersonRow]
    found: int
    waiting: int
    new: int


Line = Annotated[str, StringConstraints(max_length=200)]


class PersonSaid(Shape):
    """Somebody who hands in papers, as a line of the list says it; `team`: its id, needed for a case not there yet."""

    case: Line
    name: Line
    team: Line | None = None
    approved_until: Day | None = None
    language: Literal["de", "en"] | None = None
    street: Line | None = None
    place: Line | None = None


class PersonChange(Shape):
    """What is said is changed, and nothing else. `team` and `approved_until` are the case's; null or "" takes that day,
    `street` or `place` away. `access`: whether a person may sign in at all.
    """

    case: Line = ""
    name: Line = ""
    team: Line = ""
    approved_until: Day | None = None
    language: Literal["de", "en"] = "de"
    street: Line | None = None
    place: Line | None = None
    access: Literal["ended", "open"] | None = None


class MemberSaid(Shape):
    """Somebody without a sign-in who belongs to a case, and what they are to the others."""

    name: Line
    relation: Annotated[str, StringConstraints(max_length=60)] | None = None


class MemberChange(Shape):
    """What is said of a member is changed, and nothing else; `left`: they no longer belong to the case."""

    name: Line = ""
    relation: Annotated[str, StringConstraints(max_length=60)] | None = None
    left: bool = False


class StaffSaid(Shape):
    """Somebody of the office. `login`: what they sign in with, which stays; `team`: its id, needed by caseworkers."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    login: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,59}$")]
    role: Literal["caseworker", "admin"]
    team: Annotated[str, StringConstraints(max_length=200)] | None = None


class StaffRow(Shape):
    """One caseworker or admin. `access`: none: no password yet; code: a one-time password waits until `code_until`;
    over: that is too old; own: a password of their own; ended.
    """

    id: str
    role: Literal["caseworker", "admin"]
    name: str
    login: str
    team: TeamShape | None
    access: Literal["none", "code", "over", "own", "ended"]
    code_until: Time | None


class TeamSaid(Shape):
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]


class TeamRow(TeamShape):
    """A team, with how many cases and how many of the office's people, who may have left, are in it."""

    cases: int
    people: int


class Staff(Shape):
    people: list[StaffRow]
    teams: list[TeamRow]


class NewSecret(Shape):
    """Said once: a one-time code, or a one-time password of the office's people, and until when it is good."""

    login: str
    secret: str
    until: Time


class WantedLetters(Shape):
    """For whom letters are made: these people, or everybody who never had one."""

    people: Annotated[list[str], Field(max_length=50)] | None = None


class Change(Shape):
    field: str
    before: str
    after: str


class ListLine(Shape):
    """What a line of the list does, or what is wrong with it and what to do."""

    line: int
    what: Literal["new", "changed", "unchanged", "wrong"]
    name: str
    case: str
    login: str
    changes: list[Change]
    faults: list[str]
    notes: list[str]


class ListReport(Shape):
    """`hash` goes back as `seen` when the list is taken; `lines` without those that change nothing; `unknown`: columns
    that were left alone.
    """

    hash: str
    taken: bool
    counts: dict[str, int]
    lines: list[ListLine]
    left_out: int
    unknown: list[str]


class OfficeTexts(Shape):
    """All that an admin edits, as it is in use, with whatever else stands in it."""

    version: str
    name: str
    benefit: dict[str, str]
    former: list[str]
    answer_days: dict[str, str]
    decide_within_days: int
    kinds: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    templates: list[dict[str, Any]]
    phrases: list[dict[str, Any]]
    has_logo: bool
    region: str
    local_holidays: list[str]


class NewTexts(Shape):
    """What to save, on top of the version that was read. `logo`: a PNG or JPEG in base64; null takes it away."""

    version: str
    name: str | None = None
    benefit: dict[str, str] | None = None
    former: list[str] | None = None
    answer_days: dict[str, str] | None = None
    decide_within_days: int | None = None
    kinds: list[dict[str, Any]] | None = None
    reasons: list[dict[str, Any]] | None = None
    templates: list[dict[str, Any]] | None = None
    phrases: list[dict[str, Any]] | None = None
    logo: str | None = None
    region: Literal["", *holidays.REGIONS] | None = None  # type: ignore[valid-type]
    local_holidays: Annotated[list[str], Field(max_length=10)] | None = None
