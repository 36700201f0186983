"""A message in Slack: every limit kept, strangers' words harmless."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.actions import Kept
from bot.core.messages import Bar, Button, Card, Choice, Entry, Field, Message, MessageKind, Option, People
from bot.platforms.lengths import width
from bot.platforms.slack.forms import asked_by, form
from bot.platforms.slack.render import BLOCKS, render, without_pictures
from bot.platforms.slack.text import called_first, escape, fit, link, plain, read_typed
from tests.support.slack_blocks import WEIGHT, refused_blocks, refused_view, weight
from tests.support.slack_text import broken_markup, pings

AT = datetime(2026, 5, 22, 10, 0, tzinfo=UTC)
HOSTILE = "<!channel> <@U0ALICE01> <!here|x> <https://evil.example|connpass> & *b* _i_ ~s~ `c` :smile: &lt;!here&gt;"


def said(*cards: Card, **more: Any) -> Message:
    return Message(MessageKind.ANSWER, cards=cards, **more)


def texts(blocks: list[dict[str, Any]], kind: str) -> str:
    found: list[str] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if part.get("type") == kind:
                found.append(part["text"])
            for one in part.values():
                walk(one)
        elif isinstance(part, list):
            for one in part:
                walk(one)

    walk(blocks)
    return "\n".join(found)


def accepted(message: Message) -> list[dict[str, Any]]:
    """Render a message, and let Slack's own checks look at it."""
    shown = render(message)
    assert refused_blocks(shown["blocks"]) == []
    assert weight(shown["blocks"]) <= WEIGHT
    assert 0 < width(shown["text"]) <= 4000
    return shown["blocks"]


def test_an_event_is_a_linked_title_fields_and_buttons() -> None:
    buttons = (Button("イベントページ", url="https://c.example/1"), Button("🔔 リマインド", Kept("remind:1")))
    card = Card("もくもく会", "https://c.example/1", "本文", (Field("日時", "5月22日 19:00", AT),), buttons=buttons)
    lead, title, body, fields, actions = accepted(Message(MessageKind.ANSWER, "明日！", (card,)))
    assert lead["text"] == {"type": "plain_text", "text": "明日！", "emoji": False}
    assert title["text"]["text"] == "*<https://c.example/1|もくもく会>*"
    assert body["text"]["text"] == "本文"
    assert fields["fields"][0]["text"] == "*日時*\n5月22日 19:00"
    assert [one.get("url") or one["action_id"] for one in actions["elements"]] == ["https://c.example/1", "remind:1"]


def test_a_notification_says_what_is_said_and_not_what_can_be_pressed() -> None:
    shown = render(said(Card("題", buttons=(Button("押す", Kept("x")),)), lead="こんにちは"))
    assert shown["text"] == "こんにちは\n題"


@pytest.mark.parametrize("place", ["lead", "title", "linked", "body", "field", "bar", "button", "option"])
def test_strangers_words_call_nobody_and_stay_what_they_are(place: str) -> None:
    message = {
        "lead": Message(MessageKind.ANSWER, HOSTILE),
        "title": said(Card(HOSTILE)),
        "linked": said(Card(HOSTILE, "https://c.example/1")),
        "body": said(Card(body=HOSTILE)),
        "field": said(Card(fields=(Field(HOSTILE, HOSTILE, AT, member="U0ALICE01"),))),
        "bar": said(Card(bars=(Bar(HOSTILE, 0.5, "50.0%"),))),
        "button": said(buttons=(Button(HOSTILE, Kept("x")),)),
        "option": said(choices=(Choice(Kept("c"), HOSTILE, (Option("v", HOSTILE),)),)),
    }[place]
    shown = render(message)
    accepted(message)
    assert pings(dict(shown)) == []
    assert broken_markup(dict(shown)) == []
    marked = texts(shown["blocks"], "mrkdwn")
    assert "<https://evil.example" not in marked
    for formatted in ("*b*", "_i_", "~s~", "`c`", ":smile:"):
        assert formatted not in marked
        assert formatted not in shown["text"]


def test_words_with_underscores_and_times_are_left_alone() -> None:
    assert escape("snake_case_name 19:00:30 2*3*4") == "snake_case_name 19:00:30 2*3*4"
    assert escape("*強調* _斜体_") == "＊強調＊ ＿斜体＿"


def test_a_link_cannot_be_left_by_its_text_or_its_address() -> None:
    assert (
        link("https://a.example/?a=1&b=<2>|x", "a|b>c", 200) == "<https://a.example/?a=1&amp;b=%3C2%3E%7Cx|a｜b&gt;c>"
    )
    assert link("javascript:alert(1)", "題", 200) == "題"
    assert link("https://a.example/" + "x" * 300, "題", 200) == "題"


def test_code_is_a_block_that_nothing_in_it_ends() -> None:
    (_, block) = accepted(said(Card("4.md", body="# 題\n```\n*太字* <!channel>", is_code=True)))
    assert block["text"]["text"] == "```\n# 題\n`\u200b``\n*太字* &lt;!channel&gt;\n```"


@pytest.mark.parametrize("length", [2999, 3000, 3001, 40_000])
def test_long_texts_are_cut_at_slacks_limit(length: int) -> None:
    (lead,) = accepted(Message(MessageKind.ANSWER, "あ" * length))
    assert width(lead["text"]["text"]) == min(length, 3000)
    (body,) = accepted(said(Card(body="𠮷" * length)))
    assert width(body["text"]["text"]) <= 3000


@pytest.mark.parametrize("length", [149, 150, 151, 5000])
def test_a_title_without_a_page_is_a_header_as_long_as_one_may_be(length: int) -> None:
    (title,) = accepted(said(Card("題" * length)))
    assert title["type"] == ("header" if length <= 150 else "section")


@pytest.mark.parametrize("count", [1, 10, 11, 25])
def test_fields_stand_ten_to_a_section(count: int) -> None:
    fields = tuple(Field(f"名{number}", "値" * 3) for number in range(count))
    blocks = accepted(said(Card(fields=fields)))
    assert sum(len(block["fields"]) for block in blocks) == count


@pytest.mark.parametrize("length", [1990, 2000, 2001, 9000])
def test_a_field_is_cut(length: int) -> None:
    (block,) = accepted(said(Card(fields=(Field("日時", "&" * length, AT),))))
    assert "…" in block["fields"][0]["text"]


@pytest.mark.parametrize("length", [74, 75, 76, 300])
def test_a_label_of_a_button_is_cut(length: int) -> None:
    (block,) = accepted(said(buttons=(Button("長" * length, Kept("x")),)))
    assert width(block["elements"][0]["text"]["text"]) == min(length, 75)


def test_addresses_and_ids_that_slack_refuses_are_left_out() -> None:
    buttons = (
        Button("長い", url="https://a.example/" + "x" * 3000),
        Button("違う", url="ftp://a.example"),
        Button("長い", Kept("x" * 256)),
        Button("いい", Kept("y" * 255)),
    )
    (block,) = accepted(said(buttons=buttons))
    assert [one["text"]["text"] for one in block["elements"]] == ["いい"]


@pytest.mark.parametrize("cards", [1, 10, 30, 200])
def test_no_message_has_more_than_fifty_blocks_and_what_can_be_done_stays(cards: int) -> None:
    card = Card("題", "https://a.example", "本文", (Field("名", "値"),), buttons=(Button("押す", Kept("x")),))
    blocks = accepted(said(*[card] * cards, buttons=(Button("最後", Kept("last")),)))
    assert len(blocks) <= BLOCKS
    assert blocks[-1]["elements"][0]["action_id"] == "last"


def test_a_message_is_not_heavier_than_slack_takes() -> None:
    blocks = accepted(said(*[Card("題", body="長" * 2900)] * 10, lead="初め"))
    assert blocks[0]["text"]["text"] == "初め"


def test_choices_people_and_entries_come_as_menus_pickers_and_buttons() -> None:
    options = tuple(Option(f"v{number}", f"選択肢 {number}", chosen=number < 2) for number in range(120))
    message = said(
        choices=(
            Choice(Kept("one"), "一つ", options),
            Choice(Kept("many"), "いくつか", options, many=True),
            Choice(Kept("none"), "", ()),
        ),
        people=People(Kept("people"), "誰", ("U0ALICE01", "managers")),
        entries=(Entry(Kept("add:group"), "グループを追加", "グループのアドレス", "https://x.connpass.com/"),),
    )
    one, many, people, asks = accepted(message)
    assert one["accessory"]["initial_option"]["value"] == "v0"
    assert [option["value"] for option in many["accessory"]["initial_options"]] == ["v0", "v1"]
    assert len(one["accessory"]["options"]) == 100
    assert people["accessory"]["initial_users"] == ["U0ALICE01"]
    entry = asked_by(asks["elements"][0])
    assert entry == message.entries[0]
    assert refused_view(form(entry, {"channel": "C1"}, "送信", "キャンセル")) == []


def test_a_long_option_is_cut_and_one_with_a_long_value_is_left_out() -> None:
    options = (Option("v" * 150, "長" * 76), Option("v" * 151, "値が長い"))
    (block,) = accepted(said(choices=(Choice(Kept("one"), "一つ", options),)))
    (option,) = block["accessory"]["options"]
    assert (width(option["text"]["text"]), width(option["value"])) == (75, 150)


def test_a_picture_from_elsewhere_can_be_left_out() -> None:
    blocks = accepted(said(Card("題", image="https://connpass.example/1.png")))
    assert [block["type"] for block in blocks] == ["header", "image"]
    assert [block["type"] for block in without_pictures(blocks)] == ["header"]


def test_what_members_type_is_read_as_they_see_it() -> None:
    assert read_typed("!next &lt;3&gt; &amp; <https://a.example/?b=1&amp;c|a.example>") == "!next <3> & a.example"
    assert called_first("<@U0TSUDOI1> 次 3", "U0TSUDOI1") == "次 3"
    assert called_first("おーい <@U0TSUDOI1>", "U0TSUDOI1") is None


words = st.text(max_size=4000)


@given(words, words, words, st.lists(st.tuples(words, words), max_size=30))
def test_whatever_is_said_slack_takes_it(lead: str, title: str, body: str, pairs: list[tuple[str, str]]) -> None:
    fields = tuple(Field(name, value, AT) for name, value in pairs)
    buttons = tuple(Button(name, Kept(f"x{number}")) for number, (name, _) in enumerate(pairs))
    card = Card(title, "https://a.example/1", body, fields, buttons=buttons)
    message = Message(MessageKind.ANSWER, lead, (card, Card(title, body=body)), buttons)
    if lead.strip() or title.strip():
        accepted(message)
        assert pings(dict(render(message))) == []
        assert broken_markup(dict(render(message))) == []


@given(words, st.integers(0, 3100))
def test_nothing_is_cut_inside_an_entity(text: str, limit: int) -> None:
    cut = fit(text, limit)
    assert width(cut) <= limit
    assert re.sub(r"&(amp|lt|gt);", "", cut).count("&") == 0
    assert width(plain(text, limit)) <= limit
