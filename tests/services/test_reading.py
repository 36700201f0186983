"""What members get for the pictures they upload."""

from dataclasses import dataclass, field

import pytest

from bot.domain.messages import Message
from bot.errors import PictureError
from bot.services.reading import Reader
from bot.services.reading_messages import upload_asked
from model.reading import Candidate, Glyph, Reading
from tests.support.events import a_room

BLANK = Reading((Glyph((0, 0, 9, 9), (), "not_hiragana"),), "", 1.0)


def reading_of(*letters: str) -> Reading:
    return Reading(
        tuple(Glyph((0, 0, 9, 9), (Candidate(one, 0.98),), "sure") for one in letters), "".join(letters), 1.0
    )


@dataclass
class ByName:
    """Reads a picture as what its bytes say."""

    readings: dict[bytes, Reading] = field(
        default_factory=lambda: {b"a": reading_of("あ"), b"ai": reading_of("あ", "い"), b"": BLANK}
    )

    async def read(self, picture: bytes) -> Reading:
        if picture not in self.readings:
            raise PictureError("no picture", "not_a_picture")
        return self.readings[picture]

    async def explain(self, picture: bytes) -> bytes:
        if picture not in self.readings:
            raise PictureError("nothing there", "blank")
        return b"why " + picture


READER = Reader(ByName())


def shown(message: Message) -> list[str]:
    return [card.title for card in message.cards]


async def test_one_picture_is_answered_with_its_characters_and_can_be_asked_about() -> None:
    answer = await READER.read([b"a"], a_room(), "77")
    assert shown(answer) == ["「あ」です。"]
    assert [(button.label, button.id) for button in answer.buttons] == [("なぜ？", "why:77:0")]


async def test_several_pictures_are_read_in_order_in_one_answer() -> None:
    lost = PictureError("gone", "not_fetched")
    answer = await READER.read([b"a", b"text", b"", lost, b"ai"], a_room(), "77")
    assert shown(answer) == ["1枚目: 「あ」です。", "2枚目", "3枚目", "4枚目", "5枚目: 「あい」です。"]
    bodies = [card.body for card in answer.cards]
    assert "画像として読めませんでした" in bodies[1]
    assert "見つかりませんでした" in bodies[2]
    assert "受け取れませんでした" in bodies[3]
    assert [button.id for button in answer.buttons] == ["why:77:0", "why:77:4"]


async def test_what_cannot_be_fetched_again_is_not_offered_to_be_explained() -> None:
    assert (await READER.read([b"a"], a_room())).buttons == ()


async def test_why_is_answered_with_a_picture_that_is_described_in_words() -> None:
    answer = await READER.explain(b"a", a_room())
    assert [picture.png for picture in answer.pictures] == [b"why a"]
    assert "決め手" in answer.pictures[0].shows


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (None, "もう残っていない"),
        (b"text", "見つかりませんでした"),
        (PictureError("x", "not_fetched"), "受け取れません"),
    ],
)
async def test_what_cannot_be_explained_is_said(picture: bytes | PictureError | None, said: str) -> None:
    answer = await READER.explain(picture, a_room())
    assert said in answer.lead
    assert answer.pictures == ()


async def test_where_reading_is_off_nothing_is_read() -> None:
    for reader, room in ((Reader(None), a_room()), (READER, a_room(recognition=False))):
        assert "オフ" in (await reader.read([b"a"], room)).lead


@pytest.mark.parametrize(
    ("button", "asked"),
    [("why:77:3", ("77", 3)), ("why:a:b:0", ("a:b", 0)), ("why::0", None), ("why:77:x", None), ("remind:77:3", None)],
)
def test_the_button_says_which_picture_is_meant(button: str, asked: tuple[str, int] | None) -> None:
    assert upload_asked(button) == asked
