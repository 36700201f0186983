"""What Discord accepts, and what strangers' words may not do there."""

import re
from datetime import timedelta
from typing import Any

import discord
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.core.actions import Kept
from bot.core.messages import Bar, Button, Card, Choice, Field, Message, MessageKind, Option
from bot.platforms.discord.render import GREY, Rendered, escape, fit, plain_line, render
from bot.platforms.lengths import width
from tests.support.discord_limits import of_message
from tests.support.events import NOW


class Long(str):
    """A long text that a failing test can still print."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Long({self[:7]!r} x {len(self)})"


texts = st.text(max_size=20) | st.builds(
    lambda part, times: Long(part * times),
    st.sampled_from(["長い", "😀", "*_", "\\", "[a](b)", "@everyone ", "discord.gg/a ", " "]),
    st.integers(9, 3000),
)
urls = st.sampled_from(
    ["", "https://example.test/event/5/", "javascript:alert(1)", "https://example.test/" + "a" * 600]
)
buttons = st.builds(Button, texts, st.builds(Kept, texts), urls)
fields = st.builds(Field, texts, texts, st.none() | st.just(NOW), texts | st.just("77"))
bars = st.builds(Bar, texts, st.floats(-1, 2), st.sampled_from(["98.0%", "99%以上"]))
cards = st.builds(
    Card,
    texts,
    urls,
    texts,
    st.lists(fields, max_size=30).map(tuple),
    st.lists(bars, max_size=12).map(tuple),
    st.lists(buttons, max_size=8).map(tuple),
    urls,
)
choices = st.builds(
    Choice,
    st.builds(Kept, st.sampled_from(["list a", "list b", "list c", "list d"])),  # as no button is called
    st.just("選ぶ"),
    st.just((Option("1", "一"), Option("2", "二"))),
    least=st.just(1),
)
messages = st.builds(
    Message,
    st.sampled_from(MessageKind),
    texts,
    st.lists(cards, max_size=12).map(tuple),
    st.lists(buttons, max_size=8).map(tuple),
    choices=st.lists(choices, max_size=4, unique_by=lambda choice: choice.id).map(tuple),
)


def as_sent(rendered: Rendered) -> dict[str, Any]:
    """The body that discord.py would post."""
    view = rendered.get("view")
    return {
        "content": rendered["content"],
        "embeds": [embed.to_dict() for embed in rendered["embeds"]],
        "components": view.to_components() if view else [],
    }


@given(messages)
@settings(max_examples=60, deadline=None, phases=[Phase.generate])
async def test_whatever_is_said_keeps_to_discords_limits(message: Message) -> None:
    assert of_message(as_sent(render(message, "f" * 20))) == []


@given(texts, st.integers(0, 2000))
def test_a_text_that_is_cut_fits_and_never_ends_inside_an_escape(text: str, limit: int) -> None:
    cut = fit(text, limit)
    assert width(cut) <= limit
    trailing = re.search(r"(\\*)…$", cut)
    assert trailing is None or len(trailing.group(1)) % 2 == 0


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("もくもく会 #5", "もくもく会 #5"),
        ("**太字** _斜め_ ~~消し~~ ||伏せ|| `code`", r"\*\*太字\*\* \_斜め\_ \~\~消し\~\~ \|\|伏せ\|\| \`code\`"),
        ("[無料](https://evil.test)", r"\[無料](https://evil.test)"),
        ("@everyone <@&1> <#2> <t:0>", "@\u200beveryone \\<@&1> \\<#2> \\<t:0>"),
        ("# 大見出し\n> 引用\n- 箇条書き", "\\# 大見出し\n\\> 引用\n\\- 箇条書き"),
        ("https://example.test/a_b_c/?q=*x*", r"https://example.test/a_b_c/?q=\*x\*"),
        ("右から\u202e左へ\x00", "右から左へ"),
        (r"C:\tmp", r"C:\\tmp"),
        ("discord.gg/abc", "discord\u200b.gg/abc"),
        (
            "https://Discord.com/invite/abc discordapp.com/invite/x",
            "https://Discord\u200b.com/invite/abc discordapp\u200b.com/invite/x",
        ),
    ],
)
def test_strangers_words_are_shown_as_they_are_and_do_nothing(words: str, shown: str) -> None:
    assert escape(words) == shown


def test_an_event_shows_its_moment_to_each_reader_in_their_own_time() -> None:
    card = Card("もくもく会", fields=(Field("日時", "2026年5月22日(金) 12:00", NOW + timedelta(days=10)),))
    (field,) = render(Message(MessageKind.ANSWER, cards=(card,)))["embeds"][0].fields
    seconds = int((NOW + timedelta(days=10)).timestamp())
    assert field.value == f"2026年5月22日(金) 12:00\n<t:{seconds}:R>"


def test_a_card_has_one_countdown() -> None:
    start, how_far = Field("日時", "5月22日", NOW + timedelta(days=10)), Field("開催", "あと10日", counts_down=True)
    (embed,) = render(Message(MessageKind.ANSWER, cards=(Card("もくもく会", fields=(start, how_far)),)))["embeds"]
    assert [field.name for field in embed.fields] == ["日時"]
    (embed,) = render(Message(MessageKind.ANSWER, cards=(Card("もくもく会", fields=(how_far,)),)))["embeds"]
    assert [field.name for field in embed.fields] == ["開催"]


def test_what_does_not_take_place_is_grey() -> None:
    (embed,) = render(Message(MessageKind.ANNOUNCEMENT, cards=(Card("もくもく会"),), is_off=True))["embeds"]
    assert embed.colour is not None
    assert embed.colour.value == GREY


def test_code_is_a_block_that_nothing_in_it_ends() -> None:
    (embed,) = render(
        Message(MessageKind.ANSWER, cards=(Card("4.md", body="# 題\n```\n**太字** @everyone", is_code=True),))
    )["embeds"]
    assert embed.description == "```\n# 題\n`\u200b``\n**太字** @everyone\n```"


def test_a_reading_shows_its_candidates_as_bars() -> None:
    card = Card("「あ」です。", bars=(Bar("あ", 0.98, "98.0%"), Bar("お", 0.01, "1.0%")))
    (embed,) = render(Message(MessageKind.ANSWER, cards=(card,)))["embeds"]
    assert embed.description == "```\nあ ████████████████  98.0%\nお ░░░░░░░░░░░░░░░░   1.0%\n```"


def test_a_long_body_gives_way_to_the_fields_that_say_when_and_where() -> None:
    cards = tuple(
        Card("会", body="長" * 4000, fields=(Field("日時", "明日"), Field("場所", "会議室"))) for _ in range(3)
    )
    embeds = render(Message(MessageKind.ANSWER, cards=cards))["embeds"]
    assert [[field.value for field in embed.fields] for embed in embeds[:2]] == [["明日", "会議室"]] * 2


async def test_a_link_too_long_for_a_button_stands_in_the_text() -> None:
    address = "https://calendar.example.test/?text=" + "%E4%BC%9A" * 60
    card = Card(
        "会", buttons=(Button("カレンダー", url=address), Button("イベントページ", url="https://example.test/5/"))
    )
    rendered = render(Message(MessageKind.ANSWER, cards=(card,)))
    assert rendered["embeds"][0].description == f"[カレンダー]({address})"
    assert [button.label for button in rendered["view"].children if isinstance(button, discord.ui.Button)] == [
        "イベントページ"
    ]


def test_an_empty_message_is_still_a_message() -> None:
    assert of_message(as_sent(render(Message(MessageKind.ANSWER)))) == []


@given(texts, st.integers(2, 200))
def test_a_line_for_where_no_formatting_is_shown_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = plain_line(f"{text}\n{text}", limit)
    assert 0 < width(line) <= limit
    assert "\n" not in line


async def test_the_buttons_of_several_cards_are_told_apart_by_number() -> None:
    def a_card(number: int) -> Card:
        url = f"https://example.test/{number}/"
        return Card(
            f"会{number}", url, buttons=(Button("イベントページ", url=url), Button("🔔", Kept(f"remind:{number}")))
        )

    rendered = render(Message(MessageKind.ANSWER, cards=(a_card(7), a_card(8))))
    assert [embed.title for embed in rendered["embeds"]] == ["1. 会7", "2. 会8"]
    assert [button.label for button in rendered["view"].children if isinstance(button, discord.ui.Button)] == [
        "1. 🔔",
        "2. 🔔",
    ]
