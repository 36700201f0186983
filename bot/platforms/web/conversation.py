"""What is said in the room: a visitor says something, the store keeps it, the services answer, every page hears it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from bot.answering.answering import Answering
from bot.core.actions import Shown
from bot.core.askers import Channels
from bot.core.clock import Clock
from bot.core.messages import Button, Message, MessageKind
from bot.core.room import MAIN, Room
from bot.core.rooms import HERE, Rooms
from bot.core.uploads import Source, Upload
from bot.handwriting.teaching_buttons import OfAllGiven, Wish
from bot.platforms.web.album import Album
from bot.platforms.web.door import VISITOR, Seat
from bot.platforms.web.downloads import Downloads
from bot.platforms.web.message_json import controls, every_button
from bot.platforms.web.room_messages import RoomMessage, RoomMessages, ShownPicture, View
from bot.platforms.web.streams import Streams
from bot.platforms.web.uploads import LONGEST_TEXT, Said
from bot.store.lifetimes import PRESSED
from bot.store.naming import NOBODY

BOT = "Tsudoi"
log = structlog.get_logger()

PICTURES = "/pictures/"
DRAWN = "drawn-"  # what the names of drawings begin with
LOOK_BACK = 300  # messages in which a pressed button is looked for


@dataclass(frozen=True)
class OnThePage:
    """Fulfils `Surroundings` for a member. An upload is a picture in the album; whoever knows its name showed it."""

    album: Album
    member: str

    async def channels(self) -> Channels:
        """Return the channels of the page, which have no names."""
        return Channels()

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Return what was shown, by its name in the album, which is one picture."""
        picture = await self.album.picture(upload)
        source = Source.DRAWING if upload.startswith(DRAWN) else Source.UPLOAD
        return Upload((picture,), self.member, source) if picture is not None else None


class Conversation:
    """What everybody says on the page, each in their own seat, and what is posted there for all."""

    def __init__(
        self, messages: RoomMessages, answering: Answering, rooms: Rooms, clock: Clock, album: Album, streams: Streams
    ) -> None:
        self._messages = messages
        self._answering = answering
        self._rooms = rooms
        self._clock = clock
        self._album = album
        self._streams = streams
        self.downloads = Downloads(clock)

    @property
    def room(self) -> Room:
        """The local room as configured."""
        return self._rooms.at(HERE, MAIN)

    async def say(self, seat: Seat, said: Said) -> list[RoomMessage]:
        """Keep what a visitor said, answer it, and return both; what is no command stays without an answer."""
        name = None
        if said.picture is not None:
            name = await self._album.keep(said.picture, DRAWN if said.is_drawn else "", seat.member)
        asker, spoken = seat.asker, [await self._keep_visitors(seat, said, name)]
        if said.picture is not None:
            reading = await self._answering.read(asker, (said.picture,), name or "", may_answer_quiz=True)
            spoken.append(await self._keep_answer(seat, reading))
        elif (answer := await self._answering.say(asker, said.text)) is not None:
            spoken.append(await self._keep_answer(seat, answer))
        return spoken

    async def press(
        self, seat: Seat, button_id: str, values: Sequence[str] = (), place: int | None = None
    ) -> list[RoomMessage] | None:
        """Take what was pressed, chosen or filled in, and return what was said about it; None if it is none of ours.

        In the message `place` of one's own conversation the answer stands below what was pressed, and the next one
        takes its place. Without it what the visitor did and the answer are said as messages of their own.
        """
        action = self._answering.actions.decode(button_id, values)
        answer = None if action is None else await self._answering.act(seat.asker, action)
        if answer is None:
            return None
        if isinstance(action, OfAllGiven) and action.wish in (Wish.ERASE, Wish.WITHDRAW):
            self._album.clear(seat.member)  # what was shown of the samples goes with them
            self.downloads.clear(seat.member)
        if isinstance(action, OfAllGiven) and action.wish is Wish.ERASE and seat.channel != MAIN:
            # Their account, or the name in their cookie, stands in that of their channel: it would be kept once more.
            return [await self._keep_answer(replace(seat, channel=NOBODY), answer)]
        if action is not None and action.for_organisers and seat.asker.may_organise:
            log.info("organiser acted on the page", by=seat.asker.address, action=type(action).__name__)
        pressed_in = await self._messages.get(place) if place is not None else None
        is_own = pressed_in is not None and pressed_in.bot and pressed_in.channel == seat.channel
        if action is not None and pressed_in is not None and is_own and action.shown is not Shown.BESIDE:
            return [await self._keep_in_place(seat, answer, pressed_in, action.shown)]
        label = await self._label_of(seat, button_id, values)
        pressed = [await self._keep_visitors(seat, Said(label))] if label else []
        return [*pressed, await self._keep_answer(seat, answer)]

    async def post(self, message: Message, key: str, channel: str = MAIN) -> int:
        """Say a scheduled message, once for its key, and return its id."""
        number = await self._messages.add(self._by_bot(message, key, channel=channel))
        self._streams.wake(channel)
        return number

    async def edit(self, number: int, message: Message) -> bool:
        """Let a message say this instead; False if it is gone."""
        is_there = await self._messages.edit(number, message)
        self._streams.wake()
        return is_there

    async def withdraw(self, number: int) -> bool:
        """Take back what a message says; False if there is none."""
        is_there = await self._messages.withdraw(number)
        self._streams.wake()
        return is_there

    async def _keep_visitors(self, seat: Seat, said: Said, picture: str | None = None) -> RoomMessage:
        return await self._keep(
            RoomMessage(
                channel=seat.channel,
                author=VISITOR,
                bot=False,
                at=self._clock.now(),
                message=Message(MessageKind.ANSWER, said.text),
                pictures=(ShownPicture(PICTURES + picture),) if picture else (),
            )
        )

    async def _keep_answer(self, seat: Seat, message: Message, key: str | None = None) -> RoomMessage:
        said = self._by_bot(self._with_files(seat, message), key, channel=seat.channel)
        return await self._keep(replace(said, pictures=await shown_pictures(message, self._album, seat.member)))

    def _with_files(self, seat: Seat, message: Message) -> Message:
        """Give each file that comes with a message as a link to it."""
        files = tuple(Button(file.name, url=self.downloads.keep(file, seat.member)) for file in message.files)
        return replace(message, buttons=(*message.buttons, *files), files=())

    async def _keep_in_place(self, seat: Seat, answer: Message, pressed_in: RoomMessage, shown: Shown) -> RoomMessage:
        """Let a page give way to the page it became, and keep one answer below everything else."""
        is_renewed = controls(answer) & controls(pressed_in.message)
        gives_way = shown is Shown.INSTEAD or pressed_in.below is not None or is_renewed
        key = f"{PRESSED}{pressed_in.id}"
        number = pressed_in.id if gives_way else await self._messages.find(key)
        if number is None:
            return await self._keep_answer(seat, answer, key)
        answer = self._with_files(seat, answer)
        await self._messages.edit(number, answer, await shown_pictures(answer, self._album, seat.member))
        self._streams.wake(seat.channel)
        edited = await self._messages.get(number)
        return edited if edited is not None else await self._keep_answer(seat, answer, key)

    def _by_bot(self, message: Message, key: str | None = None, *, channel: str = MAIN) -> RoomMessage:
        return RoomMessage(channel, BOT, bot=True, at=self._clock.now(), message=message, key=key)

    async def _keep(self, said: RoomMessage) -> RoomMessage:
        kept = replace(said, id=await self._messages.add(said))
        self._streams.wake(said.channel)
        return kept

    async def _label_of(self, seat: Seat, button_id: str, values: Sequence[str]) -> str:
        """Return in words what a visitor did: the button's label, the options' labels, or what they wrote."""
        shown = await self._messages.latest(view_of(seat), LOOK_BACK)
        if not values:
            buttons = (button for message in shown for button in every_button(message.message))
            return next((button.label for button in buttons if button.id == button_id), "")
        choices = (choice for message in shown for choice in message.message.choices if choice.id == button_id)
        options = {option.value: option.label for choice in choices for option in choice.options}
        return " ".join(options.get(value, value) for value in values)[:LONGEST_TEXT]


def view_of(seat: Seat) -> View:
    """Return what somebody sees on the page: their own conversation, and what is posted for all."""
    return View(seat.channel, posts_in=MAIN, questions=seat.sees_all)


async def shown_pictures(message: Message, album: Album, member: str = "") -> tuple[ShownPicture, ...]:
    """Put what the bot shows a member into the album, and return where it is; what is no picture is left out."""
    kept = [(await album.keep(picture.png, member=member), picture) for picture in message.pictures]
    return tuple(ShownPicture(PICTURES + name, picture.shows, picture.parts) for name, picture in kept if name)
