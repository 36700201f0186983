"""The pictures of Discord and Slack in the documents: what was sent is drawn, and nothing else."""

from datetime import UTC, datetime

from bot.core.messages import Button, Card, Field, Message, MessageKind
from bot.events.event_cards import RemindMe
from bot.platforms.discord.render import render as render_discord
from bot.platforms.slack.render import render as render_slack
from docs.chat_pages import discord_content, discord_text, slack_content, slack_text

STARTS = datetime(2026, 12, 26, 5, tzinfo=UTC)
CARD = Card(
    "もくもく会 *#7* <b>",
    url="https://example.org/7",
    fields=(Field("日時", "12月26日", at=STARTS), Field("参加", "9/24人")),
    buttons=(Button("イベントページ", url="https://example.org/7"), Button("🔔 リマインド", RemindMe(7))),
)
MESSAGE = Message(MessageKind.ANNOUNCEMENT, lead="新しいイベントです！", cards=(CARD,))


async def test_a_message_is_drawn_as_discord_shows_it() -> None:
    sent = render_discord(MESSAGE)
    rows = sent["view"].to_components()
    embeds = [embed.to_dict() for embed in sent["embeds"]]
    drawn = discord_content({"content": sent["content"], "embeds": embeds, "components": rows, "attachments": []})
    assert "新しいイベントです！" in drawn
    assert '<a href="https://example.org/7">もくもく会 *#7* &lt;b&gt;</a>' in drawn  # as written: no markup of its own
    assert 'dd>12月26日<br><span class="stamp">' in drawn
    assert '<span class="primary">🔔 リマインド</span>' in drawn


def test_a_message_is_drawn_as_slack_shows_it() -> None:
    drawn = slack_content(render_slack(MESSAGE))
    assert "新しいイベントです！" in drawn
    assert "&lt;b&gt;</a></b>" in drawn
    assert "<dt><b>参加</b></dt><dd>9/24人</dd>" in drawn
    assert "<dt><b>日時</b></dt><dd>12月26日</dd>" in drawn
    assert "🔔 リマインド" in drawn


def test_marks_do_their_work_and_escaped_ones_do_not() -> None:
    assert discord_text(r"**a** \*b\* [c](https://d) ```e```") == '<b>a</b> *b* <a href="https://d">c</a> <pre>e</pre>'
    assert slack_text("*a* <https://d|c> &lt;b&gt;") == '<b>a</b> <a href="https://d">c</a> &lt;b&gt;'
