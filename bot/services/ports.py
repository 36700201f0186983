"""The few things that services need from outside, as Protocols. Adapters fulfil them; `app.py` binds them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from bot.domain.deliveries import Delivery
from bot.domain.events import Event
from bot.domain.follow_ups import DeliveryName
from bot.domain.materials import Material, SeenMaterials
from bot.domain.messages import Message
from bot.domain.mirrored_events import CalendarEntry, MirroredEvent, MirrorStep
from bot.domain.model_change import Trial
from bot.domain.questions import Question
from bot.domain.reports import Report, ReportPage
from bot.domain.rooms import Room
from model.reading import Glyph, Reading


class Clock(Protocol):
    """What time it is: aware, in UTC."""

    def now(self) -> datetime:
        """Return the current time."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """What a source shows at one moment.

    `complete` says that every event in `covers` was seen, so that one missing is really missing. `covers` bounds the
    starts that the query asked for; None is no bound. `cut_off`: the rest did not come, so that what is missing here is
    no news at the next poll. `problems` has a sentence for each entry that could not be read; `unreadable` the ids of
    those, which are there though we could not read them. `unwanted` are the ids of events that the source's words leave
    out: they are there, but no news, and only what was wanted before is still followed.
    """

    events: tuple[Event, ...]
    complete: bool = True
    cut_off: bool = False
    covers: tuple[datetime, datetime] | None = None
    problems: tuple[str, ...] = ()
    unreadable: frozenset[int] = frozenset()
    unwanted: frozenset[int] = frozenset()

    @property
    def wanted(self) -> tuple[Event, ...]:
        """The events that the source's words mean."""
        return tuple(event for event in self.events if event.id not in self.unwanted)


class EventSource(Protocol):
    """A group, keyword, prefecture or owner on connpass."""

    @property
    def name(self) -> str:
        """The name that rooms follow."""
        ...

    @property
    def query(self) -> str:
        """What is asked for. A source whose query changed is seen for the first time again, silently."""
        ...

    async def listing(self, now: datetime) -> Listing:
        """Fetch what the source shows now. Raises SourceRefused or SourceUnavailable."""
        ...

    async def look_up(self, event_ids: Sequence[int]) -> Listing:
        """Fetch these events wherever their dates lie; complete only if one missing is really gone. Raises as above."""
        ...


class EventDetails(Protocol):
    """What connpass tells of one event alone. Everything raises SourceRefused or SourceUnavailable."""

    async def description(self, event_id: int) -> Sequence[str]:
        """Fetch what its page says: lines without markup, the cells of a row apart by tabs."""
        ...

    async def materials(self, event_id: int) -> Sequence[Material]:
        """Fetch what was shown there and put online, as far as anybody may safely open it."""
        ...


class ReportSource(Protocol):
    """The site where a group publishes what happened."""

    async def pages(self) -> Sequence[ReportPage]:
        """Fetch every report that the site shows now. Raises SourceRefused or SourceUnavailable."""
        ...


@dataclass(frozen=True, slots=True)
class SourceState:
    """What is known of a source: `seen_at` is its last good poll, `error` the sentence of a poll that failed since.

    Of a query that asks for a window of months, `covered_until` is the end of the last window. `failed_at` is the last
    poll if that failed; since `failing_since` each has, with no long pause between them.
    """

    name: str
    query: str
    first_seen_at: datetime | None = None
    seen_at: datetime | None = None
    covered_until: datetime | None = None
    error: str | None = None
    failed_at: datetime | None = None
    failing_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """An event as a source last showed it; `missed` counts the complete listings without it since."""

    event: Event
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Watched:
    """The outcome of one poll, kept in one transaction.

    `events` are stored as they are now; `sighted` were shown by the source, `missed` were not though the listing was
    complete, and what else the source once showed stays as it is, unless `starts_anew`: then it is forgotten.
    `reminders` are, for each event whose reminders may differ from before, all that shall be open.
    """

    source: SourceState
    now: datetime
    starts_anew: bool = False
    events: tuple[Event, ...] = ()
    sighted: tuple[int, ...] = ()
    missed: tuple[int, ...] = ()
    planned: tuple[Delivery, ...] = ()
    reminders: Mapping[int, Sequence[Delivery]] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Events of these sources whose `searched` text has every one of `words`; with `certain` only those that hold."""

    sources: tuple[str, ...]
    words: tuple[str, ...] = ()
    certain: bool = True


class EventStore(Protocol):
    """Events, and which source showed them. A source shows an event until two complete listings miss it."""

    async def sources(self) -> dict[str, SourceState]: ...
    async def sightings(self, source: str) -> dict[int, Sighting]: ...
    async def shown_by(self, event_ids: Sequence[int]) -> dict[int, set[str]]: ...
    async def known(self, event_ids: Sequence[int]) -> dict[int, Event]: ...
    async def record(self, watched: Watched) -> None: ...
    async def note(self, source: SourceState) -> None: ...
    async def running_or_upcoming(self, sources: Sequence[str], now: datetime) -> list[Event]: ...
    async def planned(self, search: Search, now: datetime, limit: int) -> list[Event]: ...
    async def count_planned(self, search: Search, now: datetime) -> int: ...
    async def latest_past(self, search: Search, now: datetime) -> Event | None: ...
    async def all_events(self, sources: Sequence[str]) -> list[Event]: ...
    async def ended(self, sources: Sequence[str], since: datetime, until: datetime) -> list[Event]: ...


class DeliveryStore(Protocol):
    """The schedule: what is to be said, and what became of it."""

    async def rearm(self, reminders: Mapping[int, Sequence[Delivery]], now: datetime) -> None: ...
    async def earliest(self, busy: Collection[str] = ()) -> datetime | None: ...
    async def due(self, now: datetime, busy: Collection[str] = (), limit: int = 100) -> list[Delivery]: ...
    async def find(self, name: DeliveryName) -> Delivery | None: ...
    async def about(self, kind: str, subjects: Collection[str]) -> list[Delivery]:
        """Return every delivery of this kind about these subjects, whatever became of it."""
        ...

    async def last_sent(self) -> datetime | None: ...
    async def claim(self, delivery: Delivery, now: datetime, until: datetime) -> bool: ...
    async def sent(self, delivery: Delivery, at: datetime, external_id: str) -> None: ...
    async def skip(self, delivery: Delivery, reason: str) -> None: ...
    async def fail(self, delivery: Delivery, reason: str) -> None: ...
    async def postpone(self, delivery: Delivery, due_at: datetime, reason: str) -> None: ...


class QuestionStore(Protocol):
    """Questions to organisers and their answers."""

    async def question(self, kind: str, subject: str) -> Question | None: ...
    async def question_by_id(self, question_id: int) -> Question | None: ...
    async def answer(
        self, question: Question, answer: str, member: str, at: datetime, planned: Sequence[Delivery] = ()
    ) -> bool: ...


class ReportStore(Protocol):
    """Reports, and which event each one is about."""

    async def reports(self) -> list[Report]: ...
    async def report(self, key: str) -> Report | None: ...
    async def report_of(self, event_id: int) -> Report | None: ...
    async def record_reports(
        self,
        reports: Sequence[Report],
        planned: Sequence[Delivery] = (),
        questions: Sequence[Question] = (),
        site: SourceState | None = None,
    ) -> None:
        """Keep in one transaction what a poll found; what an organiser decided about a report stays."""
        ...

    async def decide(
        self, question: Question, answer: str, member: str, at: datetime, decided: Report, planned: Sequence[Delivery]
    ) -> bool:
        """Keep an organiser's answer, what it says of the report and what follows; False if it was answered before."""
        ...


class MaterialStore(Protocol):
    """What was shown at events."""

    async def seen(self, event_ids: Collection[int]) -> dict[int, SeenMaterials]: ...
    async def keep(self, seen: SeenMaterials, planned: Sequence[Delivery] = ()) -> None: ...


@dataclass(frozen=True, slots=True)
class RoomDraft:
    """A room that somebody is setting up, and the step at which they are."""

    room: Room
    step: str


class RoomStore(Protocol):
    """The rooms set up in the chat, switched off ones included, and those being set up."""

    async def rooms(self) -> list[Room]: ...
    async def state(self) -> tuple[int, int]: ...
    async def save(self, changed: Sequence[Room], member: str, at: datetime) -> None: ...
    async def draft(self, platform: str, channel: str) -> RoomDraft | None: ...
    async def keep_draft(self, draft: RoomDraft, member: str, at: datetime) -> None: ...
    async def drop_draft(self, room: Room) -> None: ...


class Sender(Protocol):
    """A platform that can say a message in a channel."""

    @property
    def platform(self) -> str:
        """`local`, `discord` or `slack`."""
        ...

    async def send(self, channel: str, message: Message, key: str) -> str:
        """Say it and return the platform's id of the message. Raises SendError, SendRefused."""
        ...

    async def find(self, channel: str, message: Message, key: str, since: datetime) -> str | None:
        """Look for the message that an earlier try under the same key may have left after `since`. Raises SendError."""
        ...

    async def edit(self, channel: str, external_id: str, message: Message, key: str) -> bool:
        """Make the message that was sent under `key` say this instead; False if it is gone. Raises as `send`."""
        ...

    async def delete(self, channel: str, external_id: str) -> bool:
        """Take a message of ours away; False if it is gone already. Raises as `send`."""
        ...


@runtime_checkable
class Threads(Protocol):
    """A platform on which a message can have a thread below it."""

    async def open_thread(self, channel: str, external_id: str, title: str) -> str | None:
        """Open the thread, or find it open, and return its id; None if the message is gone. Raises as `send`."""
        ...


class EventMirror(Protocol):
    """A platform whose servers have a calendar of their own. A `space` is such a server."""

    @property
    def platform(self) -> str:
        """`discord`."""
        ...

    def space_of(self, channel: str) -> str | None:
        """Return the server of a channel; None while it is out of reach, or forbids us to write into its calendar."""
        ...

    def reaches(self, space: str) -> bool:
        """Whether this process can write into its calendar now."""
        ...

    async def ours(self, space: str) -> Mapping[str, str]:
        """Return the descriptions of our own open entries by their ids. Raises SendError, SendRefused, as all below."""
        ...

    async def create(self, space: str, entry: CalendarEntry) -> str:
        """Put an event into the calendar and return the entry's id."""
        ...

    async def carry_out(self, step: MirrorStep, entry_id: str, space: str, entry: CalendarEntry | None) -> bool:
        """Change an entry; False, and nothing is touched, if it is gone, closed by somebody, or not our own."""
        ...


class MirrorStore(Protocol):
    """What stands in such calendars."""

    async def spaces(self, platform: str) -> list[str]:
        """Return the spaces whose calendars show any entry of ours as to come or in progress."""
        ...

    async def mirrored(self, platform: str, space: str) -> list[MirroredEvent]: ...
    async def keep(self, mirrored: MirroredEvent) -> None: ...


class Memory(Protocol):
    """Single values that outlive the process, by name."""

    async def recall(self, name: str) -> str | None: ...
    async def remember(self, name: str, value: str) -> None: ...


class Heard(Protocol):
    """What platforms told us lately: Slack tells again what it believes to be unheard."""

    async def is_new(self, key: str, now: datetime) -> bool:
        """Take note of what was heard; False if it was heard before, by any process on the same store."""
        ...


LARGEST_UPLOAD = 20 * 1024 * 1024  # bytes of a picture that a recogniser takes


@dataclass(frozen=True, slots=True)
class Cut:
    """One character of a picture alone: what a sample stores.

    `png` is grey, its ink dark on white, at most 128 pixels a side, with nothing in it but what can be seen.
    """

    glyph: Glyph
    png: bytes


class Recogniser(Protocol):
    """Reads handwriting."""

    @property
    def model(self) -> str:
        """The name of the model that reads."""
        ...

    async def read(self, picture: bytes) -> Reading:
        """Read the hiragana in an encoded picture (JPEG, PNG, …). Raises PictureError."""
        ...

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        """Show in a picture (PNG) why a character, counted as in the reading, is read as it is. Raises PictureError."""
        ...

    async def numbered(self, picture: bytes, reading: Reading) -> bytes:
        """Encode a picture anew, with a numbered box around each character of its reading. Raises PictureError."""
        ...

    async def cut(self, picture: bytes, glyph: int) -> Cut:
        """Cut out one character, counted as in the reading. Raises PictureError, `blank` where there is none."""
        ...

    async def cuts(self, picture: bytes) -> Mapping[int, Cut]:
        """Cut out every character, by its place in the reading. Raises PictureError."""
        ...

    async def copy(self, picture: bytes) -> bytes:
        """Encode a picture anew, with nothing in it but what can be seen. Raises PictureError."""
        ...

    async def beside(self, picture: bytes, glyph: int, labels: Sequence[str]) -> bytes:
        """Show (PNG) one character beside a usual shape of what was asked for, and of what it was read as.

        Raises PictureError.
        """
        ...

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        """Show in a picture (PNG) how these are written, with its attribution; None where nothing is known of them."""
        ...


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file as it was read once: `file` is a copy that nobody changes. `name` "" is the shipped model's.

    `card` is its card.json as plain data, `prose` its card.md, `sha256` that of the file in hexadecimal digits.
    """

    name: str
    file: str
    sha256: str
    card: Mapping[str, Any]
    prose: str = ""

    @property
    def title(self) -> str:
        """What stands on its card: name and date."""
        return f"{self.card.get('name', '?')} {self.card.get('made', '')}".strip()


class Models(Protocol):
    """The models that may be chosen."""

    def names(self) -> list[str]:
        """Return the names of those that are in the folder."""
        ...

    async def fetch(self, name: str) -> ModelFile:
        """Copy a model and its card, "" for the shipped one. Raises ModelError."""
        ...

    async def probe(self, model: ModelFile) -> None:
        """Load it in a process of its own and let it read a little. Raises ModelError."""
        ...

    async def try_out(self, old: ModelFile, new: ModelFile, samples: Sequence[tuple[str, bytes]]) -> Trial:
        """Let both read the check set and these samples, (label, PNG), in a process of their own. Raises ModelError."""
        ...


class ModelUser(Protocol):
    """What reads with a model."""

    def use(self, model: ModelFile) -> None:
        """Read with this model from the next picture on."""
        ...


Stroke = Sequence[tuple[float, float, float]]  # x and y on a paper of 600 × 600, y downwards, and the width of the pen
ShapeSheet = Literal["exemplars", "averages", "lookalikes"]


@dataclass(frozen=True, slots=True)
class Sight:
    """A drawing as it was read, with its one glyph.

    `seen` is what the network saw of it: 48 rows of 48 bytes, 0 paper to 255 ink; empty where it found no ink.
    """

    reading: Reading
    seen: bytes


@dataclass(frozen=True, slots=True)
class LearnedShapes:
    """What the network takes for what, in poor pictures. The sheets have a row for each label, or each lookalike.

    `exemplars` is how many stand in a row, the most typical first; `pairs` are the most frequent confusions (written,
    read, share of what was written), `confused_with` those of each label; `lookalikes` pairs of which
    examples are known.
    """

    labels: Sequence[str]
    exemplars: int
    confused_with: Mapping[str, Sequence[tuple[str, float]]]
    pairs: Sequence[tuple[str, str, float]]
    lookalikes: Sequence[tuple[str, str]]


class DrawingBoard(Protocol):
    """What the drawing page asks of the recogniser. Everything raises PictureError, `busy`."""

    async def read(self, strokes: Sequence[Stroke], top: int) -> Sight:
        """Read strokes as one character, with so many candidates."""
        ...

    async def strokes(self, character: str) -> list[list[tuple[float, float]]]:
        """Look up how a character is written, stroke by stroke, in a square of side 1; [] where nobody knows it."""
        ...

    async def learned(self) -> LearnedShapes: ...

    async def sheet(self, name: ShapeSheet) -> bytes:
        """Draw shapes of 48 × 48 pixels as PNG: black ink on nothing."""
        ...
