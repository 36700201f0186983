"""What members get for the pictures they upload."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.core.actions import Codec
from bot.core.askers import Asker
from bot.core.errors import PictureError
from bot.core.messages import Button, Message
from bot.core.problems.pictures import Blank, Busy, NotAPicture, NotFetched
from bot.core.room import LOCAL, MAIN
from bot.handwriting.ports.recognition import Cut
from bot.handwriting.reading import Reader
from bot.handwriting.reading_buttons import Explain
from bot.handwriting.reading_messages import readings_message
from bot.locales import texts_for
from bot.platforms.discord.render import render
from model.reading import MOST, Candidate, Glyph, Reading, Verdict, text_of
from tests.support.askers import Around, an_asker
from tests.support.events import a_room

BLANK = Reading((Glyph((0, 0, 9, 9), (), "not_hiragana"),), "", 1.0)


def glyph(verdict: Verdict, *shares: tuple[str, float], small: bool | None = None) -> Glyph:
    return Glyph((0, 0, 9, 9), tuple(Candidate(letter, share) for letter, share in shares), verdict, small)


A = glyph("sure", ("あ", 0.98), ("お", 0.01))
HA_OR_HO = glyph("unsure", ("は", 0.55), ("ほ", 0.31), ("ま", 0.05))
ONE_OF_THREE = glyph("unsure", ("は", 0.35), ("け", 0.3), ("ほ", 0.2), ("ま", 0.1))
NOTHING_KNOWN = glyph("not_hiragana", ("き", 0.02), ("さ", 0.01))


def reading(*glyphs: Glyph) -> Reading:
    return Reading(glyphs, text_of(glyphs), 1.0)


def word(letters: str) -> list[Glyph]:
    return [glyph("sure", (letter, 0.98), ("お", 0.01)) for letter in letters]


@dataclass
class ByName:
    """Reads a picture as what its bytes say."""

    readings: dict[bytes, Reading] = field(
        default_factory=lambda: {
            b"a": reading(A),
            b"ai": reading(*word("あい")),
            b"ha or ho": reading(HA_OR_HO),
            b"a face": reading(NOTHING_KNOWN),
            b"hello": reading(*word("こんにち"), HA_OR_HO),
            b"": BLANK,
        }
    )
    busy: bool = False
    has_strokes: bool = True

    async def read(self, picture: bytes) -> Reading:
        if picture not in self.readings:
            raise PictureError(NotAPicture())
        return self.readings[picture]

    async def explain(self, picture: bytes, glyph: int = 0) -> bytes:
        if picture not in self.readings:
            raise PictureError(Blank())
        return b"why %s %d" % (picture, glyph)

    async def numbered(self, picture: bytes, reading: Reading) -> bytes:
        if self.busy:
            raise PictureError(Busy())
        return b"%d boxes" % len(reading.glyphs)

    async def copy(self, picture: bytes) -> bytes:
        await self.read(picture)
        return b"copy of " + picture

    async def cut(self, picture: bytes, glyph: Glyph) -> Cut:
        raise AssertionError("nobody asked to keep anything")

    async def stroke_order(self, characters: Sequence[str]) -> bytes | None:
        if self.busy:
            raise PictureError(Busy())
        return f"strokes of {'、'.join(characters)}".encode() if self.has_strokes else None

    model = "a model"


READER = Reader(ByName(), public_url="https://tsudoi.example/")
ENGLISH = a_room(locale="en")


def shown(message: Message) -> list[str]:
    return [card.title for card in message.cards]


def whys(message: Message) -> list[tuple[str, str]]:
    return [(button.label, button.id) for button in message.buttons if button.id.startswith("why:")]


def links(message: Message) -> list[Button]:
    return [button for button in message.buttons if button.url]


def pictures(message: Message) -> list[str]:
    return [picture.png.decode() for picture in message.pictures]


async def test_one_picture_is_answered_with_its_character_in_romaji_too() -> None:
    answer = await READER.read(an_asker(a_room()), [b"a"], "77")
    assert shown(answer) == ["「あ」です。"]
    assert answer.cards[0].body == "ローマ字では a、自信は98%です。"
    assert [bar.label for bar in answer.cards[0].bars] == ["あ", "お"]


@pytest.mark.parametrize(
    ("share", "said"), [(0.984, "98%"), (0.992, "99%以上"), (0.0996, "10%"), (0.0123, "1.2%"), (0.0004, "0.1%未満")]
)
def test_the_sentence_and_the_bar_are_as_sure_as_each_other(share: float, said: str) -> None:
    card = readings_message(texts_for("ja"), [reading(glyph("sure", ("あ", share), ("お", 0.0001)))]).cards[0]
    assert card.body == f"ローマ字では a、自信は{said}です。"
    assert card.bars[0].percent == said


@pytest.mark.parametrize(
    ("found", "japanese", "english"),
    [
        (A, "「あ」です。", "This is 「あ」."),
        (HA_OR_HO, "「は」か「ほ」のようです。", "This looks like 「は」 or 「ほ」."),
        (ONE_OF_THREE, "「は」「け」「ほ」のどれかのようです。", "This looks like 「は」, 「け」 or 「ほ」."),
        (NOTHING_KNOWN, "ひらがなではないようです。", "This does not look like a hiragana."),
        (glyph("sure", ("つ", 0.97), small=True), "「っ」です。", "This is 「っ」."),
    ],
)
def test_a_verdict_is_a_plain_sentence(found: Glyph, japanese: str, english: str) -> None:
    for locale, said in (("ja", japanese), ("en", english)):
        assert shown(readings_message(texts_for(locale), [reading(found)])) == [said]


async def test_what_is_no_hiragana_is_not_measured_against_hiragana() -> None:
    answer = await READER.read(an_asker(a_room()), [b"a face"], "77")
    assert "いちばん近いのは「き」です。" in answer.cards[0].body
    assert answer.cards[0].bars == ()
    assert answer.pictures == ()
    assert whys(answer) == [("なぜ？", "why:77:0:0")]
    assert links(answer) == []


async def test_a_character_comes_with_its_stroke_order_and_a_doubtful_one_with_that_of_each_it_may_be() -> None:
    sure, unsure = [await READER.read(an_asker(a_room()), [picture]) for picture in (b"a", b"ha or ho")]
    assert pictures(sure) == ["strokes of あ"]
    assert pictures(unsure) == ["strokes of は、ほ"]
    assert "KanjiVG" in sure.pictures[0].shows
    assert pictures(await Reader(ByName(has_strokes=False)).read(an_asker(a_room()), [b"a"])) == []


async def test_a_character_is_linked_to_what_it_may_be_confused_with_wherever_our_page_can_be_reached() -> None:
    async def addresses(platform: str, public_url: str) -> list[str]:
        room = a_room(platform=platform, channel=MAIN)
        return [
            one.url
            for one in links(await Reader(ByName(), public_url=public_url).read(an_asker(room), [b"ha or ho"], "77"))
        ]

    (public,) = await addresses("discord", "https://tsudoi.example/")
    assert urlsplit(public)[:3] == ("https", "tsudoi.example", "/tendencies")
    assert parse_qs(urlsplit(public).query) == {"of": ["は"], "with": ["ほ"]}
    assert (await addresses(LOCAL, ""))[0].startswith("/tendencies?of=")
    assert await addresses("discord", "") == []


async def test_several_characters_are_one_text_and_the_doubtful_ones_are_told_of() -> None:
    answer = await READER.read(an_asker(a_room()), [b"hello"], "77")
    assert shown(answer) == ["「こんにちは」と読みました。"]
    assert answer.cards[0].body.splitlines() == [
        "1 こ ko・2 ん n・3 に ni・4 ち chi・5 は？",
        "5：「は」か「ほ」のようです（55% / 31%）",
    ]
    assert pictures(answer) == ["5 boxes"]
    (why,) = answer.choices
    assert why.id == "why:"
    assert [(option.label, option.value) for option in why.options][-1] == ("5 は", "why:77:0:4")
    assert [button.label for button in links(answer)] == ["「は」と「ほ」の違い"]


def test_what_cannot_be_read_in_a_text_is_mentioned() -> None:
    kanji, stop = Glyph((0, 0, 9, 9), (), "not_hiragana"), Glyph((0, 0, 9, 9), (), "not_hiragana", point="。")
    for locale, title, said in (
        ("ja", "「〓は〓。」と読みました。", "「〓」は、ひらがなとして読めなかった文字です（2か所）。"),
        ("en", "I read 「〓は〓。」.", "「〓」 stands for 2 characters that I cannot read as hiragana."),
    ):
        (card,) = readings_message(texts_for(locale), [reading(kanji, *word("は"), kanji, stop)]).cards
        assert card.title == title
        assert card.body.splitlines() == [said, "2 は ha"]


async def test_no_answer_claims_to_be_wholly_sure() -> None:
    answer = readings_message(texts_for("ja"), [reading(glyph("sure", ("あ", 0.99999), ("お", 0.00001)))])
    assert "100" not in answer.text
    assert "あ 99%以上" in answer.text
    assert "100" not in str(render(answer)["embeds"][0].to_dict())


async def test_where_nobody_has_time_to_draw_the_reading_is_answered_all_the_same() -> None:
    for picture, title in ((b"ai", "「あい」と読みました。"), (b"a", "「あ」です。")):
        answer = await Reader(ByName(busy=True)).read(an_asker(a_room()), [picture], "77")
        assert shown(answer) == [title]
        assert answer.pictures == ()


@pytest.mark.parametrize(
    ("locale", "last"),
    [("ja", "このほかに279文字、はっきり読めないものがあります。"), ("en", "279 more are doubtful.")],
)
async def test_as_many_doubtful_characters_as_are_read_fit_into_one_message(locale: str, last: str) -> None:
    doubtful = [ONE_OF_THREE] * (MOST - 1)
    many = readings_message(texts_for(locale), [reading(*doubtful, A)], "1" * 19, "https://tsudoi.example")
    (embed,) = render(many)["embeds"]
    assert embed.description is not None
    assert embed.description.endswith(last)
    assert [len(choice.options) for choice in many.choices] == [25]


@pytest.mark.parametrize(("letters", "said"), [(MOST - 1, False), (MOST, True)])
def test_a_text_that_may_go_on_says_how_much_of_it_is_read(letters: int, said: bool) -> None:
    answer = readings_message(texts_for("ja"), [reading(*word("あ" * letters))])
    assert ("1枚の画像で読めるのは300文字までです。" in answer.cards[0].body) is said


def test_of_a_long_text_the_doubtful_characters_alone_are_told_of_one_by_one() -> None:
    (card,) = readings_message(texts_for("ja"), [reading(*word("あい" * 55), HA_OR_HO)]).cards
    assert card.title == "111文字を読みました。"
    assert card.body.splitlines() == ["あい" * 55 + "は", "111：「は」か「ほ」のようです（55% / 31%）"]


def test_of_too_many_characters_the_doubtful_ones_can_be_asked_about() -> None:
    many = readings_message(texts_for("ja"), [reading(*word("あ" * 40), HA_OR_HO)], "77")
    assert [option.label for option in many.choices[0].options][-1] == "41 は"


async def test_several_pictures_are_read_in_order_in_one_answer() -> None:
    lost = PictureError(NotFetched())
    answer = await READER.read(an_asker(a_room()), [b"a", b"text", b"", lost, b"ai"], "77")
    assert shown(answer) == ["1枚目: 「あ」です。", "2枚目", "3枚目", "4枚目", "5枚目: 「あい」と読みました。"]
    bodies = [card.body for card in answer.cards]
    assert "画像として読めませんでした" in bodies[1]
    assert "見つかりませんでした" in bodies[2]
    assert "受け取れませんでした" in bodies[3]
    assert whys(answer) == [
        ("なぜ？ 1枚目", "why:77:0:0"),
        ("なぜ？ 5枚目: 1 あ", "why:77:4:0"),
        ("なぜ？ 5枚目: 2 い", "why:77:4:1"),
    ]
    (numbered,) = answer.pictures  # where one has several characters, their numbers are shown
    assert (numbered.png, numbered.shows) == (b"2 boxes", "5枚目: 2文字それぞれを番号つきの枠で囲んだ画像")


async def test_a_picture_that_stands_in_no_message_is_carried_by_its_answer_before_all_others() -> None:
    answer = await READER.read(an_asker(a_room()), [b"hello"], "77", unseen=True)
    assert pictures(answer) == ["copy of hello", "5 boxes"]
    assert pictures(await READER.read(an_asker(a_room()), [b"text"], "77", unseen=True)) == []


async def test_what_cannot_be_fetched_again_is_not_offered_to_be_explained() -> None:
    answer = await READER.read(an_asker(a_room()), [b"hello"])
    assert [button.id for button in answer.buttons if button.id] == []
    assert answer.choices == ()


def asks_about(picture: bytes | PictureError | None) -> Asker:
    """Who asks about the upload 77, which is this picture; None: it is gone."""
    around = Around() if picture is None else Around({"77": ("1", (picture,))})
    return an_asker(a_room(), surroundings=around)


async def test_why_is_answered_with_a_picture_that_is_described_in_words() -> None:
    answer = await READER.explain(asks_about(b"hello"), Explain("77", 0, 3))
    assert pictures(answer) == ["why hello 3"]
    assert "決め手" in answer.pictures[0].shows


@pytest.mark.parametrize(
    ("picture", "said"),
    [
        (None, "もう残っていない"),
        (b"text", "見つかりませんでした"),
        (PictureError(NotFetched()), "受け取れません"),
    ],
)
async def test_what_cannot_be_explained_is_said(picture: bytes | PictureError | None, said: str) -> None:
    answer = await READER.explain(asks_about(picture), Explain("77"))
    assert said in answer.lead
    assert answer.pictures == ()


async def test_where_reading_is_off_nothing_is_read() -> None:
    for reader, room in ((Reader(None), a_room()), (READER, a_room(recognition=False))):
        assert "オフ" in (await reader.read(an_asker(room), [b"a"])).lead


@pytest.mark.parametrize(
    ("button", "values", "about"),
    [
        ("why:77:3", (), Explain("77", 3)),
        ("why:77:3:12", (), Explain("77", 3, 12)),
        ("why:", ("why:77:3:12",), Explain("77", 3, 12)),
        ("why::0", (), None),
        ("why:77", (), None),
        ("why:77:x", (), None),
        ("why:77:0:1:2", (), None),
        ("why:77:1234", (), None),
        ("remind:77:3", (), None),
    ],
)
def test_the_button_says_which_character_is_meant(button: str, values: Sequence[str], about: Explain | None) -> None:
    assert Codec([Explain]).decode(button, values) == about
