"""What organisers and members see of an event from its first sight to its report, on every platform."""

from dataclasses import replace
from datetime import timedelta

from bot.reports.rules.materials import Material
from tests.parity.house import COMING, PAST
from tests.parity.stage import Said, Stage, in_words
from tests.parity.test_what_a_member_sees import HAND_ON, OF_REPORT, REPORT, can, needs, reads
from tests.support.events import NOW

SLIDES = Material("手書き文字の見本", "https://slides.example/1", "yamada")
VIDEO = Material("発表の動画", "https://video.example/2")


async def those_that_begin(stage: Stage, words: str) -> list[Said]:
    return [one for one in await stage.what_is_said_in_the_room() if one.words.startswith(in_words(words))]


async def test_seats_are_told_of_once_a_day_and_kept_true(stage: Stage) -> None:
    await stage.connpass_shows(PAST, replace(COMING, accepted=20))
    (full,) = await stage.what_is_said_in_the_room()
    assert full.words.startswith("満席になりました。イベントページから補欠で申し込めます。\nもくもく会 #5\n")
    await stage.time_passes(hours=1)
    await stage.connpass_shows(PAST, replace(COMING, accepted=18))
    (free,) = await stage.what_is_said_in_the_room()
    assert free.id == full.id
    assert free.words.startswith(in_words("空きが出ました！残り2席です。\nもくもく会 #5\n"))


async def test_materials_are_listed_once_and_added_to(stage: Stage) -> None:
    soon = replace(HAND_ON, started_at=NOW + timedelta(hours=1), ended_at=NOW + timedelta(hours=3))
    await stage.connpass_shows(PAST, COMING, soon)
    stage.house.connpass.shown = (SLIDES,)
    for hours, shown in ((5, (SLIDES,)), (24, (SLIDES, VIDEO))):
        stage.house.connpass.shown = shown
        await stage.time_passes(hours=hours)
        await stage.connpass_shows(PAST, COMING, soon)
    (listed,) = await those_that_begin(stage, "このイベントの資料が公開されました。")
    reads(listed, "このイベントの資料が公開されました。\nハンズオン #6\n・手書き文字の見本 (yamada)\n・発表の動画")
    assert listed.buttons == {SLIDES.title, VIDEO.title}


async def test_a_report_comes_with_thanks(stage: Stage) -> None:
    await stage.the_site_shows(REPORT)
    (posted,) = await stage.what_is_said_in_the_room()
    thanks = "開催レポートが公開されました！参加してくださったみなさん、ありがとうございました！"
    reads(posted, f"{thanks}\n{OF_REPORT}")


async def test_an_organiser_gets_the_draft_of_a_report(stage: Stage) -> None:
    stage.house.connpass.page = ("19:00\t開場", "19:10\t発表")
    await stage.organiser.gives("draft", "4")
    assert await stage.organiser.sees_files(1) == ["202604.md"]
    seen = "\n".join(one.words for one in await stage.organiser.what_is_said_to())
    assert all(words in seen for words in ("Title: もくもく会 #4", "Slug: 202604", "Connpass: 500", "19:10 発表"))


@needs("members who may not decide")
async def test_a_member_gets_no_draft(stage: Stage) -> None:
    reads(await stage.alice.gives("draft", "4"), "これを決められるのは運営の方だけです。")


async def test_a_member_sets_language_and_quiet_hours_and_who_cannot_come_is_led_to_connpass(stage: Stage) -> None:
    await stage.alice.gives("remind")
    await stage.alice.gives("reminders")
    await stage.alice.presses("⚙️ 自分の設定")
    assert "おやすみ時間: 22:00〜8:00" in (await stage.alice.chooses("おやすみ時間", in_words("22:00〜8:00"))).words
    assert (await stage.alice.chooses("言語", "English")).words.startswith("Saved. These are your settings:")
    await stage.time_passes(days=9)
    reminded = next(one for one in await stage.alice.what_is_said_to() if one.words.startswith("Tomorrow from 12:00!"))
    assert reminded.buttons >= {"Again in 10 minutes", "Again in an hour", "I can't come after all"}


async def test_organisers_hear_of_an_outage_and_members_how_old_an_answer_is(stage: Stage) -> None:
    stage.house.connpass.is_down = True
    for _ in range(7):
        await stage.time_passes(hours=1)
        await stage.house.polls()
    (told,) = await stage.what_is_said_in_the_room()
    assert told.words.startswith("2026年5月12日(火) 13:00 から、connpass の情報を取得できていません。")
    assert told.words.endswith("connpass から正しい応答がありません。自動で再試行しますので、対応は不要です。")
    answer = (await stage.alice.says("!next")).words
    assert in_words("（しばらく connpass に接続できていません。2026年5月12日(火) 12:00 時点の情報です。）") in answer


async def test_a_message_is_retracted_and_who_did_it_stands_there(stage: Stage) -> None:
    await stage.connpass_shows(PAST, COMING, HAND_ON)
    (announced,) = await those_that_begin(stage, "新しいイベントのお知らせです！")
    await stage.organiser.gives("tsudoi", "status")
    posted = "2026年5月12日(火) 12:00 お知らせ: ハンズオン #6"
    await stage.organiser.chooses("投稿を取り消す・もう一度投稿する", posted)
    done = await stage.organiser.presses(in_words("取り消す（削除）"))
    assert done.words.startswith("お知らせを削除します。")
    await stage.house.delivers()
    assert announced.words not in [one.words for one in await stage.what_is_said_in_the_room()]
    trace = (await stage.organiser.gives("tsudoi", "status")).words
    assert "手動操作の記録\n2026年5月12日(火) 12:00 取り消し: お知らせ: ハンズオン #6" in trace
    assert ("@organiser" if can(stage, "naming without calling") else "取り消し") in trace


async def test_a_paused_source_is_silent_until_it_is_resumed(stage: Stage) -> None:
    await stage.organiser.gives("tsudoi", "sources")
    await stage.organiser.chooses("選んで休止・再開する", "utsunomiya")
    paused = await stage.organiser.presses("1週間休止する")
    assert "2026年5月19日(火) 12:00 まで休止中" in paused.words
    await stage.connpass_shows(PAST, COMING, HAND_ON)
    assert await those_that_begin(stage, "新しいイベントのお知らせです！") == []
    await stage.organiser.presses("再開する")
    await stage.connpass_shows(PAST, COMING, HAND_ON, replace(HAND_ON, id=503, title="発表会 #1"))
    (announced,) = await those_that_begin(stage, "新しいイベントのお知らせです！")
    assert "発表会 #1" in announced.words
