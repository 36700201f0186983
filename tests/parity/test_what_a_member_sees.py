"""What a member sees: one specification, played on the local room, on Discord and on Slack.

Every test says in words what is read, and is played on each platform: over real HTTP, through discord.py, through
slack_bolt. What a platform cannot do stands in this table, with the reason; what it does instead has a test as well.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import cv2
import pytest

from bot import __version__
from bot.core.messages import Message
from bot.core.problems.platforms import ChannelArchived
from bot.events.rules.events import EventStatus
from bot.reports.rules.reports import ReportPage
from tests.model.drawings import drawn
from tests.parity.conftest import PLATFORMS, REAL
from tests.parity.house import COMING, PAST, SITE, a_picture, glyph
from tests.parity.stage import Said, Stage, in_words
from tests.support.askers import an_asker
from tests.support.events import NOW, an_event_named

CANNOT = {
    "slash commands": {"local": "a page has no commands but those that are typed"},
    "slash commands in Japanese": {"slack": "Slack takes ASCII only", "local": "there are no slash commands at all"},
    "messages for one member alone": {"local": "there is one conversation, and its visitor is alone in it"},
    "members who may not decide": {"local": "whoever opens the page runs the bot"},
    "naming without calling": {"local": "nobody has a name there", "slack": "whoever is named is called"},
    "several pictures in one message": {"local": "its form takes one picture at a time"},
    "a calendar of its own": {"local": "calendar.ics is for all", "slack": "a workspace keeps no list of events"},
    "set-up in the chat": {"local": "its room stands in config.toml"},
    "a page of our own": {
        "discord": "its members reach none without a public_url",
        "slack": "its members reach none without a public_url",
    },
}


def needs(ability: str) -> Any:
    """Play a test only where this can be done."""
    return pytest.mark.parametrize("stage", [one for one in PLATFORMS if one not in CANNOT[ability]], indirect=True)


def without(ability: str) -> Any:
    """Play a test where it cannot be done: what there is instead."""
    return pytest.mark.parametrize("stage", list(CANNOT[ability]), indirect=True)


def can(stage: Stage, ability: str) -> bool:
    return stage.platform not in CANNOT[ability]


def reads(said: Said, expected: str) -> None:
    lines = in_words(expected).splitlines()
    assert said.words.splitlines() == [line for line in lines if not (said.counts_down and line.startswith(COUNTDOWN))]


def where_files_are(stage: Stage) -> str:
    """What is said beside an answer that only its member sees: in Slack files cannot be with it."""
    return "\n添付はダイレクトメッセージでお送りしました。" if stage.platform == "slack" else ""


def all_of(message: Message) -> str:
    """Everything that a message says in words, as it comes from the services."""
    fields = [[f"{one.name}: {one.value}" for one in card.fields] for card in message.cards]
    cards = [line for card, said in zip(message.cards, fields, strict=True) for line in (card.title, card.body, *said)]
    return in_words(message.lead, *cards)


async def last_in_the_room(stage: Stage) -> Said:
    return (await stage.what_is_said_in_the_room())[-1]


COUNTDOWN = ("開催: ", "Starts: ")
TO_AN_EVENT = {"イベントページ", "カレンダーに追加", "🔔 リマインド"}
EVENT = """
もくもく会 #5
日時: 2026年5月22日(金) 12:00〜14:00 JST
開催: あと10日
場所: まちなか会議室
"""
NEXT = f"10日後に開催です！\n{EVENT}\n参加: 3/20人（残り17席）"
HAND_ON = an_event_named("ハンズオン #6", 502, started_at=NOW + timedelta(days=2), limit=30)
SURE = "「い」です。\nローマ字では i、自信は97%です。\nい 97%\nり 2.0%"


def a_page(title: str, path: str, *, connpass_id: int | None = None) -> ReportPage:
    said = "みんなで集まり、書いた文字を見せあいました。たくさんの発見がありました。"
    return ReportPage(f"{SITE}{path}", f"/{path}", title, NOW - timedelta(days=1), said, connpass_id=connpass_id)


REPORT = a_page("もくもく会 #4 レポート", "4.html", connpass_id=PAST.id)
UNCLEAR = a_page("春の会の記録", "spring.html")
OF_REPORT = "もくもく会 #4 レポート\nイベント: もくもく会 #4\n日時: 2026年4月22日(水)"


def test_whatever_a_platform_cannot_do_has_a_reason() -> None:
    for platforms in CANNOT.values():
        assert platforms.keys() < set(PLATFORMS)
        assert all(len(reason.split()) > 3 for reason in platforms.values())


# --- events and reports --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["!next", "！次", "!next もくもく"])
async def test_the_next_event(stage: Stage, typed: str) -> None:
    said = await stage.alice.says(typed)
    reads(said, NEXT)
    assert said.buttons == TO_AN_EVENT


async def test_a_word_that_no_event_has(stage: Stage) -> None:
    reads(await stage.alice.says("!next 囲碁"), "「囲碁」に合う予定のイベントはありません。")


async def test_no_event_to_come(stage: Stage) -> None:
    await stage.connpass_shows(PAST, replace(COMING, started_at=NOW - timedelta(hours=3), ended_at=NOW))
    reads(
        await stage.alice.says("!next"),
        """
        いま予定されているイベントはありません。
        前回のイベントはこちらです。
        もくもく会 #5
        日時: 2026年5月12日(火) 09:00〜12:00 JST
        状況: 終了しました
        場所: まちなか会議室
        参加: 3人
        """,
    )


async def test_all_events(stage: Stage) -> None:
    await stage.connpass_shows(PAST, COMING, HAND_ON)
    reads(
        await stage.alice.says("!events"),
        f"""
        予定されているイベントは2件です。
        ハンズオン #6
        日時: 2026年5月14日(木) 12:00〜14:00 JST
        開催: あと2日
        場所: まちなか会議室
        {EVENT}
        """,
    )


@pytest.mark.parametrize("typed", ["!events", "!next 10"])
async def test_many_events_are_all_there_and_each_can_be_reminded_of(stage: Stage, typed: str) -> None:
    others = [an_event_named(f"第{n}回 機械学習と手書き文字の勉強会 in 宇都宮", 600 + n) for n in range(1, 12)]
    events = [COMING, *others]
    await stage.connpass_shows(*events)
    said = await stage.alice.says(typed)
    lines, titles = said.words.splitlines(), [event.title for event in events]
    assert [line for line in lines if line in titles] == titles[:10]
    if typed == "!events":
        assert said.words.startswith("予定されているイベントは12件です。近いものから10件です。")
    else:
        assert said.words.count("\n参加: 3/20人(残り17席)") == 10


async def test_reports(stage: Stage) -> None:
    not_yet = "このイベントのレポートはまだありません。\nもくもく会 #4\n日時: 2026年4月22日(水)"
    reads(await stage.alice.says("!report 4"), not_yet)
    await stage.the_site_shows(REPORT)
    posted = await last_in_the_room(stage)
    thanks = "参加してくださったみなさん、ありがとうございました！"
    reads(posted, f"開催レポートが公開されました！{thanks}\n{OF_REPORT}")
    assert posted.buttons == {"レポートを読む", "イベントページ"}
    reads(await stage.alice.says("!report 4"), f"レポートはこちらです。\n{OF_REPORT}")
    reads(await stage.alice.says("!reports"), f"レポートは1件あります。\n{OF_REPORT}")


# --- commands ------------------------------------------------------------------------------------------------------


@needs("slash commands")
@pytest.mark.parametrize("command", ["next", "events", "report", "reports", "reminders", "model"])
async def test_a_slash_command_says_the_same(stage: Stage, command: str) -> None:
    typed = await stage.alice.says(f"!{command}")
    given = await stage.alice.gives(command)
    assert (given.words, given.buttons) == (typed.words, typed.buttons)


@needs("slash commands")
@pytest.mark.parametrize("command", ["next", "events", "report", "reports", "help", "quiz", "model"])
async def test_what_is_of_use_to_all_is_answered_to_all(stage: Stage, command: str) -> None:
    said = await stage.alice.gives(command)
    assert [one.id for one in await stage.organiser.what_is_said_to()] == [said.id]


async def test_help_names_the_commands_as_they_are_given(stage: Stage) -> None:
    said = (await stage.alice.says("!help")).words
    posts = "ここに自動で投稿するもの：新しいイベントと変更、リマインド、レポート"
    assert said.startswith(in_words("できることはこちらです。", posts))
    for command in ("!next / !次: ", "!remind / !リマインド: ", "!read / !読んで: ", "!forget / !忘れて: ", "!help / "):
        assert f"\n{command}" in said
    assert ("/tsudoi-remind" in said) == (stage.platform == "slack")  # /remind is Slack's own


@needs("slash commands in Japanese")
async def test_help_given_as_a_slash_command_names_slash_commands(stage: Stage) -> None:
    assert "\n/next / /次: " in (await stage.alice.gives("help")).words


async def test_a_mistyped_command(stage: Stage) -> None:
    nearest = "!nxt というコマンドはありません。もしかして !next（!次）でしょうか？"
    reads(await stage.alice.says("!nxt"), nearest)


async def test_which_model_reads(stage: Stage) -> None:
    room = stage.house.rooms.in_force[0]
    message = await stage.house.services.answering.say(an_asker(room, stage.alice.id), "!model")
    assert message is not None
    assert (await stage.alice.says("!model")).words == all_of(message)


# --- calendars -----------------------------------------------------------------------------------------------------

WAYS = {"Google カレンダー", "Outlook", "Outlook(会社・学校)"}
CHOOSE_ONE = "お使いのカレンダーを選んでください。"
A_DAY = "もくもく会 #5\n日時: 2026年5月22日(金) 12:00〜14:00 JST\n開催: あと10日\n場所: まちなか会議室"


@needs("a page of our own")
async def test_an_event_goes_into_a_members_own_calendar(stage: Stage) -> None:
    await stage.alice.says("!next")
    offered = await stage.alice.presses("カレンダーに追加")
    reads(offered, f"{CHOOSE_ONE}\n{A_DAY}")
    assert offered.buttons == {*WAYS, "iPhone など(.ics)"}


@without("a page of our own")
async def test_an_event_goes_into_a_members_own_calendar_with_a_file(stage: Stage) -> None:
    asked = await stage.alice.says("!next")
    offered = await stage.alice.presses("カレンダーに追加")
    along = "iPhone などほかのカレンダーには、一緒に送る .ics ファイルをお使いください。"
    reads(offered, f"{CHOOSE_ONE}{along}{where_files_are(stage)}\n{A_DAY}")
    assert offered.buttons == WAYS
    assert await stage.alice.sees_files(1) == ["event-501.ics"]
    assert [one.words for one in await stage.organiser.what_is_said_to()] == [asked.words]


async def test_a_calendar_is_offered_no_more_for_what_is_cancelled(stage: Stage) -> None:
    said = await stage.alice.says("!next")
    await stage.connpass_shows(PAST, replace(COMING, status=EventStatus.CANCELLED))
    refused = await stage.alice.presses("カレンダーに追加", said)
    reads(refused, "このイベントは中止になりました。\n【中止】 もくもく会 #5")


# --- reminders -----------------------------------------------------------------------------------------------------


async def test_a_member_is_reminded_of_what_they_asked_for(stage: Stage) -> None:
    await stage.alice.says("!next")
    promised = await stage.alice.presses("🔔 リマインド")
    by_dm = "DMで" if can(stage, "messages for one member alone") else ""
    when = "もくもく会 #5\n日時: 2026年5月22日(金) 12:00〜14:00 JST\n開催: あと10日"
    reads(promised, f"前日と1時間前に{by_dm}お知らせします。\n{when}")
    assert promised.buttons == {"✓ 前日", "✓ 1時間前", "3時間前", "30分前", "1週間前", "リマインドを取り消す"}
    await stage.time_passes(days=9)
    seen = await stage.alice.what_is_said_to()
    reads(
        next(one for one in seen if "10分後にもう一度" in one.buttons),
        """
        明日 12:00 からです！
        もくもく会 #5
        来られなくなった方は早めにキャンセルをお願いします。
        日時: 2026年5月22日(金) 12:00〜14:00 JST
        開催: 明日
        場所: まちなか会議室
        参加: 3/20人（残り17席）
        """,
    )
    reads(await stage.alice.presses("10分後にもう一度"), "12:10 にもう一度お知らせします。")


async def test_reminders_are_listed_and_cancelled(stage: Stage) -> None:
    await stage.alice.gives("remind")
    reads(
        await stage.alice.gives("reminders"),
        """
        リマインドは1件です。
        時間を指定しないときは、前日と1時間前にお知らせします。
        もくもく会 #5: 2026年5月22日(金) 12:00
        🔔 前日と1時間前
        """,
    )
    cancelled = await stage.alice.presses("取り消す:もくもく会 #5")
    reads(cancelled, "このイベントのリマインドを取り消しました。\nもくもく会 #5")
    none = "設定中のリマインドはありません。イベントの下にある 🔔 を押すと設定できます。"
    reads(await stage.alice.gives("reminders"), f"{none}\n時間を指定しないときは、前日と1時間前にお知らせします。")


@needs("messages for one member alone")
async def test_what_is_a_members_own_is_nobody_elses_business(stage: Stage) -> None:
    for command in ("remind", "reminders", "samples", "forget"):
        await stage.alice.gives(command)
    assert await stage.organiser.what_is_said_to() == []
    assert await stage.what_is_said_in_the_room() == []
    reading = await stage.alice.shows(a_picture())
    await stage.alice.presses("✓ 正しい")
    assert [one.words for one in await stage.organiser.what_is_said_to() if one.words] == [reading.words]


@needs("messages for one member alone")
@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("!samples", "まだ「預ける」と伺っていないので、文字は預かっていません。"),
        ("!export", "あなたについて預かっているものはありません。文字も、同意の記録もありません。"),
        ("!privacy", "預かっているものと、その理由と期間です。ご自分のものは"),
        ("!forget", "あなたについて預かっているものはありません。文字も、同意の記録もありません。"),
        ("!remind", "前日と1時間前にDMでお知らせします。\nもくもく会 #5"),
        ("!reminders", "設定中のリマインドはありません。イベントの下にある 🔔 を押すと設定できます。"),
    ],
)
async def test_what_is_a_members_own_is_nobody_elses_business_where_it_is_typed(
    stage: Stage, typed: str, answer: str
) -> None:
    await stage.alice.says(typed)
    assert any(one.words.startswith(answer) for one in await stage.alice.what_is_said_to())
    assert [one.words for one in await stage.organiser.what_is_said_to()] in ([], ["DMでお送りしました。"])


# --- what is said by itself ----------------------------------------------------------------------------------------


async def test_an_event_is_announced_then_moves_and_is_reminded_of(stage: Stage) -> None:
    def announcement(hours: str) -> str:
        facts = f"日時: 2026年5月14日(木) {hours} JST\n場所: まちなか会議室\n参加: 3/30人（残り27席）"
        return f"新しいイベントのお知らせです！\nハンズオン #6\n{facts}"

    await stage.connpass_shows(PAST, COMING, HAND_ON)
    announced = await last_in_the_room(stage)
    reads(announced, announcement("12:00〜14:00"))
    assert announced.buttons == TO_AN_EVENT

    later = NOW + timedelta(days=2, hours=2)
    await stage.connpass_shows(PAST, COMING, replace(HAND_ON, started_at=later, ended_at=later + timedelta(hours=2)))
    edited, notice = await stage.what_is_said_in_the_room()
    assert edited.id == announced.id
    reads(edited, announcement("14:00〜16:00"))
    reads(
        notice,
        """
        イベントの内容が変わりました。ご確認ください。
        ハンズオン #6
        日時: 2026年5月14日(木) 12:00〜14:00 → 2026年5月14日(木) 14:00〜16:00
        """,
    )
    assert notice.replies_to == announced.id

    await stage.time_passes(days=1, hours=2)
    reads(
        await last_in_the_room(stage),
        """
        明日 14:00 からです！
        ハンズオン #6
        来られなくなった方は早めにキャンセルをお願いします。
        日時: 2026年5月14日(木) 14:00〜16:00 JST
        開催: 明日
        場所: まちなか会議室
        参加: 3/30人（残り27席）
        """,
    )


async def test_a_cancelled_event_is_told_of_below_its_announcement(stage: Stage) -> None:
    await stage.connpass_shows(PAST, COMING, HAND_ON)
    cancelled = replace(HAND_ON, title="【中止】ハンズオン #6", status=EventStatus.CANCELLED)
    await stage.connpass_shows(PAST, COMING, cancelled)
    edited, notice = await stage.what_is_said_in_the_room()
    facts = "日時: 2026年5月14日(木) 12:00〜14:00 JST\n場所: まちなか会議室"
    reads(edited, f"このイベントは中止になりました。\n【中止】ハンズオン #6\n{facts}")
    reads(notice, f"このイベントは中止になりました。\n【中止】ハンズオン #6\n{facts}")
    assert (notice.replies_to, notice.buttons) == (edited.id, {"イベントページ"})


async def test_the_digest_of_a_week(stage: Stage) -> None:
    await stage.time_passes(days=5, hours=21)  # Monday, nine o'clock
    coming = "もくもく会 #5\n日時: 2026年5月22日(金) 12:00〜14:00 JST\n場所: まちなか会議室"
    said = [one.words for one in await stage.what_is_said_in_the_room()]
    assert in_words("これから2週間のイベントです。", coming) in said


ASKED = "新しいレポートが見つかりましたが、どのイベントのものか確信がもてません。どれでしょうか？\n春の会の記録"
THE_FOURTH = "2026年4月22日(水) もくもく会 #4"


async def test_organisers_are_asked_what_a_report_is_about(stage: Stage) -> None:
    await stage.the_site_shows(UNCLEAR)
    asked = await last_in_the_room(stage)
    reads(asked, f"{ASKED}\n・公開の少し前に「もくもく会 #4」がありました。")
    assert asked.buttons == {THE_FOURTH, "この中にはない", "別のイベント"}
    reads(await stage.organiser.presses(THE_FOURTH), "ありがとうございます。反映します。")
    await stage.house.delivers()
    said = await stage.what_is_said_in_the_room()
    decided_by = "@organiser" if can(stage, "naming without calling") else "運営の方"
    answered = f"・運営の方がこのイベントだと回答しました。\n回答: {THE_FOURTH}\n決めた人: {decided_by}"
    reads(next(one for one in said if one.id == asked.id), f"{ASKED}\n{answered}")
    assert in_words("春の会の記録\nイベント: もくもく会 #4\n日時: 2026年4月22日(水)") in said[-1].words


async def test_organisers_find_everything_that_is_open_in_one_list_and_answer_there(stage: Stage) -> None:
    await stage.the_site_shows(UNCLEAR)
    page = await stage.organiser.gives("tsudoi", "questions")
    assert page.words.startswith("回答待ちの質問が1件あります。")
    assert "春の会の記録" in page.words
    answered = await stage.organiser.presses(THE_FOURTH, page)
    reads(answered, "ありがとうございます。反映します。\n回答待ちの質問はありません。")
    await stage.house.delivers()
    assert in_words("春の会の記録\nイベント: もくもく会 #4") in (await last_in_the_room(stage)).words


@needs("members who may not decide")
async def test_a_member_may_not_answer_for_the_organisers(stage: Stage) -> None:
    await stage.the_site_shows(UNCLEAR)
    asked = await last_in_the_room(stage)
    reads(await stage.alice.presses(THE_FOURTH), "これを決められるのは運営の方だけです。")
    assert await stage.what_is_said_in_the_room() == [asked]


# --- pictures ------------------------------------------------------------------------------------------------------


async def test_a_character_that_is_read_surely_comes_with_the_way_to_write_it(stage: Stage) -> None:
    said = await stage.alice.shows(a_picture())
    reads(said, SURE)
    assert said.buttons >= {"なぜ?", "✓ 正しい", "✗ 違う"}
    (picture,) = await stage.alice.sees_pictures(1)
    assert "「い」の筆順" in picture


async def test_a_character_that_may_be_another(stage: Stage) -> None:
    stage.house.hand.wrote = (glyph("は", "ほ", "unsure"),)
    said = await stage.alice.shows(a_picture())
    sure = "「は」か「ほ」のようです。\nローマ字では ha / ho。あまり自信がありません（52%）。"
    reads(said, f"{sure}\nは 52%\nほ 41%")
    assert said.buttons >= {"なぜ?", "✓ 「は」です", "✗ 違う"}


async def test_what_is_no_hiragana(stage: Stage) -> None:
    stage.house.hand.wrote = (glyph("ほ", "は", "not_hiragana"),)
    again = "ひらがなのつもりでしたら、大きくはっきり書いて、もう一度送ってください。"
    said = await stage.alice.shows(a_picture())
    reads(said, f"ひらがなではないようです。\nいちばん近いのは「ほ」です。{again}")


async def test_several_characters_are_numbered_in_a_picture(stage: Stage) -> None:
    stage.house.hand.wrote = (glyph("い", "り"), glyph("は", "ほ", "unsure"), glyph("ん", "え"))
    said = await stage.alice.shows(a_picture())
    reads(said, "「いはん」と読みました。\n1 い i・2 は？・3 ん n\n2：「は」か「ほ」のようです（52% / 41%）")
    assert said.buttons >= {"なぜ? 1 い", "なぜ? 2 は", "なぜ? 3 ん", "✓ 全部正しい", "✗ 違う"}
    (picture,) = await stage.alice.sees_pictures(1)
    assert "番号つきの枠" in picture


async def test_a_file_that_is_broken(stage: Stage) -> None:
    reads(await stage.alice.shows(a_picture()[:60]), "画像が壊れているようです。もう一度送ってください。")


@needs("several pictures in one message")
async def test_two_pictures(stage: Stage) -> None:
    said = await stage.alice.shows(a_picture(), a_picture(200))
    reads(said, f"1枚目: {SURE}\n2枚目: {SURE}")
    assert said.buttons >= {"なぜ? 1枚目", "なぜ? 2枚目", "✓ 全部正しい", "✗ 違う"}


@without("several pictures in one message")
async def test_of_two_pictures_one_is_read(stage: Stage) -> None:
    reads(await stage.alice.shows(a_picture(), a_picture(200)), SURE)


async def test_why_is_answered_with_a_picture(stage: Stage) -> None:
    await stage.alice.shows(a_picture())
    (strokes,) = await stage.alice.sees_pictures(1)
    await stage.alice.presses("なぜ?")
    _, why = sorted(await stage.alice.sees_pictures(2), key=lambda one: one != strokes)
    assert "決め手になったところ" in why


async def test_read_without_a_picture(stage: Stage) -> None:
    how = "手書きのひらがなの画像を送るか、貼り付けるか、手書きページで書いてください。"
    reads(await stage.alice.says("!read"), f"{how}1文字でも、言葉やメモでも読み取ります。")


@pytest.mark.parametrize("recogniser", [REAL], indirect=True)
async def test_the_shipped_model_reads_explains_and_learns(stage: Stage) -> None:
    written, encoded = cv2.imencode(".png", drawn("い"))
    assert written
    said = await stage.alice.shows(encoded.tobytes())
    assert said.words.startswith("「い」です。")
    before = len(await stage.alice.sees_pictures(0))
    await stage.alice.presses("なぜ?")
    await stage.alice.sees_pictures(before + 1)
    await stage.alice.presses("✓ 正しい", said)
    await stage.alice.presses("はい、預けます")
    assert await stage.samples_of(stage.alice) == 1


# --- teaching ------------------------------------------------------------------------------------------------------

THANKS = "教えてくださってありがとうございます！"


def way_to(stage: Stage, japanese: str, english: str) -> str:
    """How a command is given in a room."""
    if not can(stage, "slash commands"):
        return f"!{japanese}"
    return f"/{japanese}" if can(stage, "slash commands in Japanese") else f"/{english}"


async def test_what_is_right_is_kept_after_a_yes_and_shown_given_back_and_erased(stage: Stage) -> None:
    samples, export, forget = (
        way_to(stage, *names) for names in (("あずけた文字", "samples"), ("書き出し", "export"), ("忘れて", "forget"))
    )
    await stage.alice.shows(a_picture())
    asked = await stage.alice.presses("✓ 正しい")
    whether = "この文字と、これから教えてくださる文字を、学習用に預けていただけますか？"
    assert asked.words.startswith(in_words(f"{THANKS}{whether}\n同意していただくこと: 書いた文字は1文字ずつ切り抜いて"))
    assert f"いつでも、{samples} で確認して、{forget} で消せます。" in asked.words
    assert await stage.samples_of(stage.alice) == 0

    kept = await stage.alice.presses("はい、預けます")
    reads(kept, f"{THANKS}1文字を預かりました。これまでに預かったのは1文字です（{samples}）。")
    assert await stage.samples_of(stage.alice) == 1
    listed = await stage.alice.gives("samples")
    reads(listed, f"1文字を預かっています。\nい 1\n{export} で受け取り、{forget} で消せます。")

    exported = await stage.alice.gives("export")
    reads(exported, f"あなたについて預かっているもののすべてです（文字は1文字）：{where_files_are(stage)}")
    assert await stage.alice.sees_files(1) == ["everything.zip"]

    sure = (
        "あなたについて預かっているものをすべて消します：文字（1文字）、同意と仮 ID、リマインド、設定、クイズ、"
        "ログイン、ルームでの会話、質問に答える権限。元には戻せません。よろしいですか？"
    )
    reads(await stage.alice.gives("forget"), sure)
    gone = "1文字を、データベースからも書き出したファイルからも消しました。"
    assert (await stage.alice.presses("消す")).words.startswith(gone)
    assert await stage.samples_of(stage.alice) == 0


async def test_what_is_wrong_is_corrected_and_nothing_is_kept_after_a_no(stage: Stage) -> None:
    reading = await stage.alice.shows(a_picture())
    reads(await stage.alice.presses("✗ 違う"), "失礼しました！正しくはどの文字ですか？")
    asked = await stage.alice.chooses("文字を選んでください", "「り」")
    assert asked.words.startswith(in_words(f"「り」ですね。{THANKS}"))
    refused = "わかりました。文字は預かりません。もうお伺いしませんので、あとで変えたくなったら {} をどうぞ。"
    samples = way_to(stage, "あずけた文字", "samples")
    reads(await stage.alice.presses("いいえ"), refused.format(samples))
    again = await stage.alice.presses("✓ 正しい", reading)
    reads(again, f"{THANKS}文字は預かっていません。設定は {samples} で変えられます。")
    assert await stage.samples_of(stage.alice) == 0


async def test_another_character_is_written_into_a_form(stage: Stage) -> None:
    await stage.alice.shows(a_picture())
    await stage.alice.presses("✗ 違う")
    assert (await stage.alice.writes("ほかの文字", "a")).words.startswith("「a」は登録できません。")
    assert (await stage.alice.writes("ほかの文字", "ぬ")).words.startswith("「ぬ」ですね。")
    await stage.alice.presses("はい、預けます")
    assert in_words("1文字を預かっています。\nぬ 1") in (await stage.alice.gives("samples")).words


@needs("members who may not decide")
async def test_only_who_wrote_a_character_can_give_it(stage: Stage) -> None:
    await stage.alice.shows(a_picture())
    said = await stage.organiser.presses("✓ 正しい")
    reads(said, f"{THANKS}学習用に預けられるのは、書いたご本人だけです。")


# --- the quiz ------------------------------------------------------------------------------------------------------


async def test_the_quiz_asks_compares_and_praises(stage: Stage) -> None:
    asked = await stage.alice.gives("quiz")
    assert asked.words.startswith("「ま」(ma)を手で書いてみましょう!\n「まど」の「ま」です。\n")
    stage.house.hand.wrote = (glyph("を", "ま"),)
    wrong = await stage.alice.shows(a_picture())
    reads(wrong, "「を」（wo、97%）に見えました。お題は「ま」です。\nあと1回挑戦できます。")
    assert len(await stage.alice.sees_pictures(1)) == 1  # beside the usual shapes
    stage.house.hand.wrote = (glyph("ま", "は"),)
    right = await stage.alice.shows(a_picture(200))
    reads(right, "正解です！きれいな「ま」ですね ⭐")
    assert right.buttons >= {"もう1問", "やめる", "ランキングにのせる", "この文字を預ける"}
    joined = await stage.alice.writes("ランキングにのせる", "はなこ")
    assert joined.words.startswith(in_words("はなこさん、ランキングへようこそ！次の問題から星を数えます。"))


# --- strangers' words ----------------------------------------------------------------------------------------------

HOSTILE = (
    "# @everyone <!channel> <@78> <@U0ALICE01> **太** *強* _斜_ `x` ~消~ ||秘|| [無料](https://evil.test) <b>&amp;</b>"
)


async def test_a_hostile_title_is_shown_as_it_is_and_calls_nobody(stage: Stage) -> None:
    """That nobody is called, no preview opened and no markup broken is looked at after every test here."""
    await stage.connpass_shows(PAST, COMING, replace(HAND_ON, title=HOSTILE, place=HOSTILE))
    announced = await last_in_the_room(stage)
    for said in (announced, await stage.alice.says("!next"), await stage.alice.gives("events")):
        assert f"\n{in_words(HOSTILE)}\n" in said.words
        assert f"\n場所: {in_words(HOSTILE)}" in said.words


# --- English -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["en"])
async def test_in_english(stage: Stage) -> None:
    when = "もくもく会 #5\nDate: Fri, May 22, 2026 12:00-14:00 JST\nStarts: in 10 days"
    said = await stage.alice.says("!next")
    reads(said, f"In 10 days!\n{when}\nPlace: まちなか会議室\nParticipants: 3/20 (17 seats left)")
    assert said.buttons == {"Event page", "Add to calendar", "🔔 Remind me"}
    promise = "send you a direct message" if can(stage, "messages for one member alone") else "remind you"
    promised = await stage.alice.presses("🔔 Remind me")
    reads(promised, f"I will {promise} the day before and 1 hour before.\n{when}")
    reads(await stage.alice.says("!nxt"), "I do not know !nxt. Did you mean !next (!次)?")
    reading = await stage.alice.shows(a_picture())
    reads(reading, "This is 「い」.\nRomaji: i. I am 97% sure.\nい 97%\nり 2.0%")
    assert reading.buttons >= {"Why?", "✓ Right", "✗ Wrong"}


# --- organisers ----------------------------------------------------------------------------------------------------

MANAGERS = {"discord": "サーバー管理権限のある方", "slack": "ワークスペースの管理者"}
DECIDERS = {"discord": "ロールとメンバー", "slack": "メンバー"}


@needs("set-up in the chat")
async def test_a_channel_is_set_up_step_by_step_and_hears_of_the_next_event(stage: Stage) -> None:
    page = await stage.organiser.gives("tsudoi", "setup", elsewhere=True)
    asked = "このチャンネルでどのイベントをお知らせしますか？入力するとすぐに connpass で確認します。"
    reads(page, f"1/6 {asked}\nフォロー中：まだありません")
    page = await stage.organiser.writes("グループを追加", "https://tfug-utsunomiya.connpass.com/")
    assert in_words("✅ tfug-utsunomiya.connpass.com が見つかりました。") in page.words
    for step in ("2/6", "3/6", "4/6", "5/6", "6/6"):
        page = await stage.organiser.presses("次へ", page)
        assert page.words.startswith(f"{step} ")
        if parts := page.lists.get("ここでお知らせすること"):
            assert ("サーバーのイベント欄への登録" in parts) == can(stage, "a calendar of its own")
        if step == "5/6":
            decide = MANAGERS[stage.platform]
            reads(page, f"5/6 {decide}のほかに、質問への回答や設定の変更ができる方を選んでください。")
            assert page.lists.keys() & {"メンバー", "ロールとメンバー"} == {DECIDERS[stage.platform]}
    assert in_words("リマインド：7日前、1日前、1時間前\n言語：日本語") in page.words
    saved = await stage.organiser.presses("保存", page)
    assert saved.words.startswith("保存しました。これから新しく公開されるイベントをお知らせします。")

    await stage.connpass_shows(PAST, COMING)  # what is there already is no news
    await stage.connpass_shows(PAST, COMING, HAND_ON)
    announced = [one for one in await stage.alice.what_is_said_to() if one.words.startswith("新しいイベント")]
    assert len(announced) == 2  # in the room, and in the new one


@needs("set-up in the chat")
async def test_a_member_may_not_set_up(stage: Stage) -> None:
    refused = await stage.alice.gives("tsudoi", "setup")
    decide = MANAGERS[stage.platform]
    asked = "お手数ですが、運営の方にお願いしてください。"
    reads(refused, f"この操作ができるのは運営の方（{decide}など）だけです。{asked}")
    assert not refused.buttons


@without("set-up in the chat")
async def test_where_a_room_is_set_up_that_cannot_be_in_the_chat(stage: Stage) -> None:
    said = (await stage.organiser.gives("tsudoi", "setup")).words
    assert "Discord や Slack では、設定したいチャンネルで /tsudoi 設定 と入力してください。" in said
    assert "config.toml で設定します" in said


async def test_where_the_bot_cannot_post_and_why(stage: Stage) -> None:
    assert (await stage.organiser.gives("tsudoi", "trouble")).words == "すべてのチャンネルに投稿できています。"
    house = stage.house
    (room,) = house.rooms.in_force
    await house.services.stores.troubles.note(room.name, ChannelArchived(), house.clock.now())
    said = (await stage.organiser.gives("tsudoi", "trouble")).words
    assert said.startswith("投稿できないチャンネルが1件あります。\n")
    assert "チャンネルがアーカイブされています。" in said
    assert "発生: 2026年5月12日(火) 12:00" in said
    assert (await stage.organiser.presses("今すぐ再試行")).words.startswith("再試行しています。")


async def test_how_the_bot_is(stage: Stage) -> None:
    said = (await stage.organiser.gives("tsudoi", "status")).words
    assert said.startswith(f"集い Tsudoi {__version__}、モデル {stage.house.recogniser.model}\n")
    assert said.endswith(
        in_words(
            """
            フォロー中のイベント
            utsunomiya: 最終確認 2026年5月12日(火) 12:00
            レポートサイト: 最終確認 2026年5月12日(火) 12:00
            次の投稿
            ・2026年5月15日(金) 12:00 リマインド： もくもく会 #5
            ・2026年5月21日(木) 12:00 リマインド： もくもく会 #5
            ・2026年5月22日(金) 11:00 リマインド： もくもく会 #5
            """
        )
    )
