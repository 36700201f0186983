"""What was said in the local room."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, not_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.core.actions import Kept
from bot.core.messages import Bar, Button, Card, Choice, Entry, Field, Message, MessageKind, Option, Part, plain
from bot.store.lifetimes import PRESSED, is_talk
from bot.store.statements import insert_or_ignore
from bot.store.tables import room_messages

# Of what was said and answered the newest are kept: a stranger who fills the store pushes out talk, and never a post.
MOST_TALK = 20_000  # messages since, posts counted: 25 MB as people talk, 230 MB at worst (1.25, 11.6 kB each)
MADE_ROOM_EVERY = 500


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A picture in the room: its address, what it shows in words (none where a visitor sent it), and its parts."""

    url: str
    shows: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class RoomMessage:
    """A message as it stands in the room, and the pictures that came with it.

    `revision` tells edited ones apart: the room's edits are counted, and each message keeps the number of its last.
    """

    channel: str
    author: str
    bot: bool
    at: datetime
    message: Message
    pictures: tuple[ShownPicture, ...] = ()
    key: str | None = None
    id: int = 0
    revision: int | None = None

    @property
    def below(self) -> int | None:
        """The message whose control was pressed, where this is the answer."""
        before, _, number = (self.key or "").rpartition(":")
        return int(number) if f"{before}:" == PRESSED else None


@dataclass(frozen=True, slots=True)
class View:
    """What somebody sees: all that stands in their own channel, and what is posted in another one for everybody.

    A post has a key, and is no answer to a press; without `questions` those to organisers are left out.
    """

    own: str
    posts_in: str = ""
    questions: bool = False

    @property
    def shown(self) -> ColumnElement[bool]:
        """Which rows that are."""
        own = room_messages.c.channel == self.own
        if not self.posts_in or self.posts_in == self.own:
            return own
        posted = and_(room_messages.c.channel == self.posts_in, not_(is_talk()))
        if not self.questions:
            posted = and_(posted, room_messages.c.message["kind"].as_string() != MessageKind.QUESTION.value)
        return or_(own, posted)


class RoomMessages:
    """The room's history. A message with a key that is known already is not said a second time."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def add(self, said: RoomMessage) -> int:
        """Keep a message and return its id, or the id of the one that was kept under the same key before."""
        values = {
            "channel": said.channel,
            "author": said.author,
            "bot": int(said.bot),
            "at": said.at,
            "message": {**_written(said.message), "pictures": [asdict(picture) for picture in said.pictures]},
            "key": said.key,
        }
        async with self._engine.begin() as connection:
            statement = insert_or_ignore(connection, room_messages).values(**values).returning(room_messages.c.id)
            number: int | None = (await connection.execute(statement)).scalar()
            if number is None:
                number = await _id_of(connection, str(said.key))
            elif number % MADE_ROOM_EVERY == 0:
                old = room_messages.c.id <= number - MOST_TALK
                await connection.execute(delete(room_messages).where(old, is_talk()))
        if number is None:
            raise RuntimeError("a room message was neither kept nor there before")
        return number

    async def edit(self, number: int, message: Message, pictures: Sequence[ShownPicture] | None = None) -> bool:
        """Let the message say this instead, and show its pictures or these; False if there is none with this id."""
        async with self._engine.begin() as connection:
            query = select(room_messages.c.message).where(room_messages.c.id == number).with_for_update()
            kept = (await connection.execute(query)).scalar()
            if kept is None:
                return False
            newest = select(func.coalesce(func.max(room_messages.c.revision), 0) + 1).scalar_subquery()
            shown = [asdict(picture) for picture in (_pictures(kept) if pictures is None else pictures)]
            changed = {"message": {**_written(message), "pictures": shown}, "revision": newest}
            await connection.execute(update(room_messages).where(room_messages.c.id == number).values(changed))
            return True

    async def withdraw(self, number: int) -> bool:
        """Leave nothing of what the message says: pages that show it learn so as of an edit. False if there is none."""
        empty = _written(Message(MessageKind.ANSWER))
        async with self._engine.begin() as connection:
            newest = select(func.coalesce(func.max(room_messages.c.revision), 0) + 1).scalar_subquery()
            changed = update(room_messages).where(room_messages.c.id == number)
            return (await connection.execute(changed.values(message=empty, revision=newest))).rowcount == 1

    async def edited_after(self, view: View, revision: int, limit: int) -> list[RoomMessage]:
        """Return the first messages that were edited after this revision, in the order of their edits."""
        query = select(room_messages).where(view.shown, room_messages.c.revision > revision)
        return await self._messages(query.order_by(room_messages.c.revision).limit(limit))

    async def last_revision(self, view: View) -> int:
        """Return the number of the newest edit, 0 if there was none."""
        query = select(func.max(room_messages.c.revision)).where(view.shown)
        async with self._reading() as connection:
            return (await connection.execute(query)).scalar() or 0

    async def find(self, key: str) -> int | None:
        """Return the id of the message that was said under this key."""
        async with self._reading() as connection:
            return await _id_of(connection, key)

    async def get(self, number: int) -> RoomMessage | None:
        """Return the message with this id."""
        return next(iter(await self._messages(select(room_messages).where(room_messages.c.id == number))), None)

    async def last_id(self, view: View) -> int:
        """Return the id of the newest message, 0 if there is none."""
        query = select(func.max(room_messages.c.id)).where(view.shown)
        async with self._reading() as connection:
            return (await connection.execute(query)).scalar() or 0

    async def after(self, view: View, number: int, limit: int) -> list[RoomMessage]:
        """Return the first messages after `number`, oldest first."""
        query = select(room_messages).where(view.shown, room_messages.c.id > number)
        return await self._messages(query.order_by(room_messages.c.id).limit(limit))

    async def latest(self, view: View, limit: int, before: int | None = None) -> list[RoomMessage]:
        """Return the newest messages, those before the id `before` where it is given, oldest first."""
        earlier: list[ColumnElement[bool]] = [] if before is None else [room_messages.c.id < before]
        query = select(room_messages).where(view.shown, *earlier)
        return (await self._messages(query.order_by(room_messages.c.id.desc()).limit(limit)))[::-1]

    async def _messages(self, query: Any) -> list[RoomMessage]:
        async with self._reading() as connection:
            return [_room_message(row) for row in await connection.execute(query)]

    def _reading(self) -> AsyncConnection:
        return self._engine.execution_options(read_only=True).connect()


async def _id_of(connection: AsyncConnection, key: str) -> int | None:
    query = select(room_messages.c.id).where(room_messages.c.key == key)
    return (await connection.execute(query)).scalar()


def _room_message(row: Row[Any]) -> RoomMessage:
    kept = row.message
    return RoomMessage(
        channel=row.channel,
        author=row.author,
        bot=bool(row.bot),
        at=row.at,
        message=_message(kept),
        pictures=_pictures(kept),
        key=row.key,
        id=row.id,
        revision=row.revision,
    )


def _pictures(kept: Mapping[str, Any]) -> tuple[ShownPicture, ...]:
    if "images" in kept:  # kept before pictures had words
        return tuple(ShownPicture(url) for url in kept["images"])
    return tuple(_picture(**picture) for picture in kept["pictures"])


def _picture(url: str, shows: str, parts: Sequence[Mapping[str, Any]] = ()) -> ShownPicture:
    return ShownPicture(
        url, shows, tuple(Part(part["caption"], tuple(part["box"]), tuple(part["size"])) for part in parts)
    )


def _written(message: Message) -> dict[str, Any]:
    # Their bytes are kept outside of the store; there are no people to choose from in this room.
    written: dict[str, Any] = plain(replace(message, pictures=(), files=(), people=None))
    for card in written["cards"]:
        for field in card["fields"]:
            field["at"] = field["at"].isoformat() if field["at"] else None
    return written


def _message(kept: Mapping[str, Any]) -> Message:
    return Message(
        kind=MessageKind(kept["kind"]),
        lead=kept["lead"],
        cards=tuple(_card(card) for card in kept["cards"]),
        buttons=_buttons(kept["buttons"]),
        event_id=kept["event_id"],
        report_url=kept["report_url"],
        replies_to=kept.get("replies_to"),
        choices=tuple(_choice(choice) for choice in kept.get("choices", ())),
        entries=tuple(Entry(**_with_action(entry)) for entry in kept.get("entries", ())),
        is_off=kept.get("is_off", False),
    )


def _choice(kept: Mapping[str, Any]) -> Choice:
    return Choice(**{**_with_action(kept), "options": tuple(Option(**option) for option in kept["options"])})


def _card(kept: Mapping[str, Any]) -> Card:
    return Card(
        title=kept["title"],
        url=kept["url"],
        body=kept["body"],
        fields=tuple(_field(field) for field in kept["fields"]),
        bars=tuple(Bar(**bar) for bar in kept["bars"]),
        buttons=_buttons(kept["buttons"]),
        image=kept.get("image", ""),
        is_code=kept.get("is_code", False),
    )


def _field(kept: Mapping[str, Any]) -> Field:
    at = kept["at"]
    return Field(
        kept["name"],
        kept["value"],
        at and datetime.fromisoformat(at),
        kept.get("member", ""),
        counts_down=kept.get("counts_down", False),
    )


def _buttons(kept: Sequence[Mapping[str, Any]]) -> tuple[Button, ...]:
    return tuple(Button(**_with_action(button)) for button in kept)


def _with_action(kept: Mapping[str, Any]) -> dict[str, Any]:
    action = Kept(kept["id"]) if kept.get("id") else None
    return {"action": action, **{name: value for name, value in kept.items() if name != "id"}}
