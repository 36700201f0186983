"""Reading what members upload, and showing why it was read so."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.errors import PictureError
from bot.core.handlers import Handlers
from bot.core.messages import Message, Picture
from bot.core.room import LOCAL, Room
from bot.handwriting import reading_messages
from bot.handwriting.ports.recognition import Recogniser
from bot.handwriting.reading_buttons import Explain
from bot.locales import TOKYO, Texts, texts_for
from model.reading import Reading


@dataclass(frozen=True)
class Reader:
    """Reads for the rooms that want it; without a recogniser for none.

    `public_url` is where our own page can be reached from other platforms, "" where it cannot.
    """

    recogniser: Recogniser | None
    zone: ZoneInfo = TOKYO
    public_url: str = ""

    def is_on(self, room: Room) -> bool:
        """Whether pictures are read in this room."""
        return self.recogniser is not None and room.recognition

    def how_to_read(self, asker: Asker) -> Message:
        """Answer `!read` that came without a picture."""
        return reading_messages.how_to_read(
            self._texts(asker), is_on=self.is_on(asker.room), uploads_are_seen=asker.uploads_are_seen
        )

    async def read(
        self, asker: Asker, pictures: Sequence[bytes | PictureError], upload: str = "", *, unseen: bool = False
    ) -> Message:
        """Answer uploaded pictures, in order, with what is written in them; a bad one gets a friendly sentence.

        A picture that could not even be fetched is given as its error. `upload` as in `readings_message`. What is
        `unseen` stands in no message: the answer carries it first of its pictures, so that it can be fetched again.
        """
        if self.recogniser is None or not asker.room.recognition:
            return self.how_to_read(asker)
        texts = self._texts(asker)
        read = [await _read(self.recogniser, picture) for picture in pictures]
        message = reading_messages.readings_message(texts, read, upload, self._page(asker.room))
        shown = [await self._copy(texts, picture) for picture in pictures] if unseen else []
        for place, (picture, reading) in enumerate(zip(pictures, read, strict=True)):
            shown.append(await self._numbered(texts, picture, reading, place if len(pictures) > 1 else None))
        if len(pictures) == 1:
            shown.append(await self._strokes(texts, read[0]))
        return replace(message, pictures=tuple(picture for picture in shown if picture is not None))

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {Explain: self.explain}

    async def explain(self, asker: Asker, action: Explain) -> Message:
        """Show why a character was read as it was. The picture is fetched again: none is kept."""
        texts, place = self._texts(asker), action.picture
        upload = await asker.surroundings.fetch(action.upload, range(place, place + 1))
        picture = upload.pictures[0] if upload is not None and upload.pictures else None
        if picture is None or self.recogniser is None:
            return reading_messages.gone(texts)
        if isinstance(picture, PictureError):
            return reading_messages.unreadable_picture(texts, picture)
        try:
            return reading_messages.explanation(texts, await self.recogniser.explain(picture, action.glyph))
        except PictureError as error:
            return reading_messages.unreadable_picture(texts, error)

    async def _copy(self, texts: Texts, picture: bytes | PictureError) -> Picture | None:
        if self.recogniser is None or isinstance(picture, PictureError):
            return None
        try:
            return reading_messages.uploaded_picture(texts, await self.recogniser.copy(picture))
        except PictureError:
            return None  # the answer says so already

    async def _numbered(
        self, texts: Texts, picture: bytes | PictureError, reading: Reading | PictureError, place: int | None
    ) -> Picture | None:
        """Show where the characters are, if there are several; `place` tells which of several pictures it is."""
        if self.recogniser is None or isinstance(picture, PictureError) or isinstance(reading, PictureError):
            return None
        if len(reading_messages.written_in(reading)) < 2:
            return None
        try:
            encoded = await self.recogniser.numbered(picture, reading)
        except PictureError:  # busy: the answer does without
            return None
        return reading_messages.numbered_picture(texts, encoded, reading, place)

    async def _strokes(self, texts: Texts, reading: Reading | PictureError) -> Picture | None:
        """Show how the one character of a picture is written, or each that it may be."""
        written = [] if isinstance(reading, PictureError) else reading_messages.written_in(reading)
        if self.recogniser is None or len(written) != 1 or written[0][1].verdict == "not_hiragana":
            return None
        letters = reading_messages.likely_letters(written[0][1])
        try:
            drawn = await self.recogniser.stroke_order(letters)
        except PictureError:  # busy: the answer does without
            return None
        return reading_messages.stroke_order_picture(texts, drawn, letters) if drawn is not None else None

    def _page(self, room: Room) -> str | None:
        """Return where our own page can be reached from this room: in the local room we are on it."""
        return "" if room.platform == LOCAL else self.public_url or None

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.language, self.zone)


async def _read(recogniser: Recogniser, picture: bytes | PictureError) -> Reading | PictureError:
    if isinstance(picture, PictureError):
        return picture
    try:
        return await recogniser.read(picture)
    except PictureError as error:
        return error
