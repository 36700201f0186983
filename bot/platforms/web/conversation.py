"""What is said in the room: a visitor says something, the store keeps it, the services answer, every page hears it."""

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.answering import Answering
from bot.core.actions import Shown
from bot.core.askers import Asker, Channels
from bot.core.clock import Clock
from bot.core.messages import Button, Message, MessageKind
from bot.core.rights import asker_in
from bot.core.room import LOCAL, MAIN, Room
from bot.core.rooms import HERE, Rooms
from bot.core.uploads import Source, Upload
from bot.handwriting.teaching_buttons import OfAllGiven, Wish
from bot.platforms.web.album import Album
from bot.platforms.web.downloads import Downloads
from bot.platforms.web.message_json import controls, every_button
from bot.platforms.web.room_messages import PRESSED, RoomMessage, RoomMessages, ShownPicture
from bot.platforms.web.streams import Streams
from bot.platforms.web.uploads import LONGEST_TEXT, Said

VISITOR, BOT = "visitor", "Tsudoi"
PICTURES = "/pictures/"
DRAWN = "drawn-"  # what the names of drawings begin with
LOOK_BACK = 300  # messages in which a pressed button is looked for


class Conversation:
    """The one conversation of the local room. Whoever visits it is a member and an organiser."""

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

    async def asker(self) -> Asker:
        """Return who asks here: the visitor, who is a member and an organiser."""
        language = await self._answering.language_of(LOCAL, VISITOR)
        return asker_in(self._rooms, HERE, MAIN, VISITOR, own_language=language, surroundings=self)

    async def channels(self) -> Channels:
        """Return the channels of the local room, which have no names."""
        return Channels()

    async def say(self, said: Said) -> list[RoomMessage]:
        """Keep what a visitor said, answer it, and return both; what is no command stays without an answer."""
        name = None
        if said.picture is not None:
            name = await self._album.keep(said.picture, DRAWN if said.is_drawn else "")
        asker, spoken = await self.asker(), [await self._keep_visitors(said, name)]
        if said.picture is not None:
            reading = await self._answering.read(asker, (said.picture,), name or "", may_answer_quiz=True)
            spoken.append(await self._keep_answer(reading))
        elif (answer := await self._answering.say(asker, said.text)) is not None:
            spoken.append(await self._keep_answer(answer))
        return spoken

    async def press(
        self, button_id: str, values: Sequence[str] = (), place: int | None = None
    ) -> list[RoomMessage] | None:
        """Take what was pressed, chosen or filled in, and return what was said about it; None if it is none of ours.

        In the message `place` the answer stands below what was pressed, and the next one takes its place. Without it
        what the visitor did and the answer are said as messages of their own.
        """
        action = self._answering.actions.decode(button_id, values)
        answer = None if action is None else await self._answering.act(await self.asker(), action)
        if answer is None:
            return None
        if isinstance(action, OfAllGiven) and action.wish in (Wish.ERASE, Wish.WITHDRAW):
            self._album.clear()  # what was shown of the samples goes with them
            self.downloads.clear()
        pressed_in = await self._messages.get(place) if place is not None else None
        if action is not None and pressed_in is not None and pressed_in.bot and action.shown is not Shown.BESIDE:
            return [await self._keep_in_place(answer, pressed_in, action.shown)]
        label = await self._label_of(button_id, values)
        pressed = [await self._keep_visitors(Said(label))] if label else []
        return [*pressed, await self._keep_answer(answer)]

    async def fetch(self, upload: str, places: range) -> Upload | None:
        """Return what the visitor showed, by its name in the album, which is one picture."""
        picture = await self._album.picture(upload)
        source = Source.DRAWING if upload.startswith(DRAWN) else Source.UPLOAD
        return Upload((picture,), VISITOR, source) if picture is not None else None

    async def post(self, message: Message, key: str) -> int:
        """Say a scheduled message, once for its key, and return its id."""
        number = await self._messages.add(self._by_bot(message, key))
        self._streams.wake()
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

    async def _keep_visitors(self, said: Said, picture: str | None = None) -> RoomMessage:
        return await self._keep(
            RoomMessage(
                channel=MAIN,
                author=VISITOR,
                bot=False,
                at=self._clock.now(),
                message=Message(MessageKind.ANSWER, said.text),
                pictures=(ShownPicture(PICTURES + picture),) if picture else (),
            )
        )

    async def _keep_answer(self, message: Message, key: str | None = None) -> RoomMessage:
        said = self._by_bot(self._with_files(message), key)
        return await self._keep(replace(said, pictures=await shown_pictures(message, self._album)))

    def _with_files(self, message: Message) -> Message:
        """Give each file that comes with a message as a link to it."""
        files = tuple(Button(file.name, url=self.downloads.keep(file)) for file in message.files)
        return replace(message, buttons=(*message.buttons, *files), files=())

    async def _keep_in_place(self, answer: Message, pressed_in: RoomMessage, shown: Shown) -> RoomMessage:
        """Let a page give way to the page it became, and keep one answer below everything else."""
        is_renewed = controls(answer) & controls(pressed_in.message)
        gives_way = shown is Shown.INSTEAD or pressed_in.below is not None or is_renewed
        key = f"{PRESSED}{pressed_in.id}"
        number = pressed_in.id if gives_way else await self._messages.find(key)
        if number is None:
            return await self._keep_answer(answer, key)
        answer = self._with_files(answer)
        await self._messages.edit(number, answer, await shown_pictures(answer, self._album))
        self._streams.wake()
        edited = await self._messages.get(number)
        return edited if edited is not None else await self._keep_answer(answer, key)

    def _by_bot(self, message: Message, key: str | None = None) -> RoomMessage:
        return RoomMessage(MAIN, BOT, bot=True, at=self._clock.now(), message=message, key=key)

    async def _keep(self, said: RoomMessage) -> RoomMessage:
        kept = replace(said, id=await self._messages.add(said))
        self._streams.wake()
        return kept

    async def _label_of(self, button_id: str, values: Sequence[str]) -> str:
        """Return in words what a visitor did: the button's label, the options' labels, or what they wrote."""
        shown = await self._messages.latest(MAIN, LOOK_BACK)
        if not values:
            buttons = (button for one in shown for button in every_button(one.message))
            return next((button.label for button in buttons if button.id == button_id), "")
        choices = (choice for one in shown for choice in one.message.choices if choice.id == button_id)
        options = {option.value: option.label for choice in choices for option in choice.options}
        return " ".join(options.get(value, value) for value in values)[:LONGEST_TEXT]


async def shown_pictures(message: Message, album: Album) -> tuple[ShownPicture, ...]:
    """Put what the bot shows into the album, and return where it is; what is no picture is left out."""
    kept = [(await album.keep(picture.png), picture.shows) for picture in message.pictures]
    return tuple(ShownPicture(PICTURES + name, shows) for name, shows in kept if name)
