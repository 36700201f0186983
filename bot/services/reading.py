"""Reading what members upload, and showing why it was read so."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.domain.messages import Message
from bot.domain.rooms import Room
from bot.errors import PictureError
from bot.locales import TOKYO, Texts, texts_for
from bot.services import reading_messages
from bot.services.ports import Recogniser
from model.reading import Reading


@dataclass(frozen=True)
class Reader:
    """Reads for the rooms that want it; without a recogniser for none."""

    recogniser: Recogniser | None
    zone: ZoneInfo = TOKYO

    def is_on(self, room: Room) -> bool:
        """Whether pictures are read in this room."""
        return self.recogniser is not None and room.recognition

    def how_to_read(self, room: Room) -> Message:
        """Answer `!read` that came without a picture."""
        return reading_messages.how_to_read(self._texts(room), is_on=self.is_on(room))

    async def read(self, pictures: Sequence[bytes | PictureError], room: Room, upload: str = "") -> Message:
        """Answer uploaded pictures, in order, with what is written in them; a bad one gets a friendly sentence.

        A picture that could not even be fetched is given as its error. `upload` as in `readings_message`.
        """
        if self.recogniser is None or not room.recognition:
            return self.how_to_read(room)
        read = [await _read(self.recogniser, picture) for picture in pictures]
        return reading_messages.readings_message(self._texts(room), read, upload)

    async def explain(self, picture: bytes | PictureError | None, room: Room) -> Message:
        """Show why a picture was read as it was; None is one that is gone."""
        texts = self._texts(room)
        if picture is None or self.recogniser is None:
            return reading_messages.gone(texts)
        if isinstance(picture, PictureError):
            return reading_messages.unreadable_picture(texts, picture)
        try:
            return reading_messages.explanation(texts, await self.recogniser.explain(picture))
        except PictureError as error:
            return reading_messages.unreadable_picture(texts, error)

    def _texts(self, room: Room) -> Texts:
        return texts_for(room.locale, self.zone)


async def _read(recogniser: Recogniser, picture: bytes | PictureError) -> Reading | PictureError:
    if isinstance(picture, PictureError):
        return picture
    try:
        return await recogniser.read(picture)
    except PictureError as error:
        return error
