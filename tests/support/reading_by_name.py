"""A recogniser for tests, which reads a picture as what its bytes say, and a drawer that says what it would draw."""

from collections.abc import Mapping, Sequence

from bot.core.errors import PictureError
from bot.core.problems.pictures import NotAPicture
from bot.handwriting.ports.recognition import Cut
from bot.handwriting.ports.samples import Tile
from model.reading import Candidate, Glyph, Reading, text_of

HA_OR_HO = Glyph((0, 0, 9, 9), (Candidate("は", 0.55), Candidate("ほ", 0.31), Candidate("け", 0.1)), "unsure")


def sure(letter: str, other: str = "お") -> Glyph:
    return Glyph((0, 0, 9, 9), (Candidate(letter, 0.98), Candidate(other, 0.01)), "sure")


READINGS: dict[bytes, tuple[Glyph, ...]] = {
    b"ha or ho": (HA_OR_HO,),
    b"a": (sure("あ"),),
    b"aiu": (sure("あ"), sure("い"), HA_OR_HO),
    b"a face": (Glyph((0, 0, 9, 9), (Candidate("き", 0.02), Candidate("さ", 0.01)), "not_hiragana"),),
}


def reading_of(picture: bytes) -> Reading:
    glyphs = READINGS.get(picture.split(b" #")[0])
    if glyphs is None:
        raise PictureError(NotAPicture())
    return Reading(glyphs, text_of(glyphs), 1.0)


class ByName:
    """Reads a picture as what its bytes say; what is cut out of it says from where."""

    model = "Tsudoi 2026-11-24"

    async def read(self, picture: bytes) -> Reading:
        return reading_of(picture)

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        raise AssertionError("nobody asked why")

    async def numbered(self, picture: bytes, reading: Reading) -> bytes:
        return b"numbered"

    async def copy(self, picture: bytes) -> bytes:
        return picture

    async def cut(self, picture: bytes, glyph: Glyph) -> Cut:
        return Cut(glyph, b"cut %d of %s" % (reading_of(picture).glyphs.index(glyph), picture))

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        return None

    async def cuts(self, picture: bytes) -> Mapping[int, Cut]:
        return {i: await self.cut(picture, one) for i, one in enumerate(reading_of(picture).glyphs)}


class Sheets:
    """Says what it would draw."""

    async def sheet(self, tiles: Sequence[Tile]) -> bytes:
        return b"sheet of " + "".join(one.label for one in tiles).encode()

    async def chart(self, used: Mapping[str, int], waiting: Mapping[str, int], thin: int) -> bytes:
        return b"chart of %d and %d" % (sum(used.values()), sum(waiting.values()))
