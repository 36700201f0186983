"""What a member sees in Slack, through slack_bolt itself and over a real socket."""

from collections.abc import AsyncIterator

import pytest

from bot.answering.commands import COMMANDS
from bot.core.actions import Shown
from bot.core.askers import Channels
from bot.core.cooldowns import Turn
from bot.platforms.slack import listeners as slack_listeners
from bot.platforms.slack import sent_form
from bot.platforms.slack.manifest import READ_SHORTCUT
from tests.support import slack_members
from tests.support.actions import every_kind
from tests.support.slack_answers import RecordedAnswers, at_once, connected, front_end_of
from tests.support.slack_facts import ALICE, BOT_USER, CHANNEL, ORGANISER, TEAM, Json
from tests.support.slack_server import Fault, Trouble
from tests.support.slack_stage import OTHER, PNG, Stage, button, buttons_of, lead, posted, slack_stage


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with slack_stage() as stage:
        yield stage


@pytest.mark.parametrize("text", ["!next", "！次", f"<@{BOT_USER}> next", f"<@{BOT_USER}>　次", f"<@{BOT_USER}> !next"])
async def test_what_members_type_is_answered_to_all(stage: Stage, text: str) -> None:
    answer = await stage.ask("@tsudoi" + text.removeprefix(f"<@{BOT_USER}>") if "<@" in text else text)
    assert answer["text"].startswith("次回のイベント")
    assert "is_ephemeral" not in answer


async def test_a_mention_is_answered_once_though_slack_tells_of_it_twice(stage: Stage) -> None:
    await stage.ask("@tsudoi next")
    assert len(await stage.quiet()) == 1


async def test_arguments_come_as_they_were_typed(stage: Stage) -> None:
    await stage.ask("!report C&A <もくもく> https://example.test/")
    assert stage.answers.asked[-1][-1] == "!report C&A <もくもく> https://example.test/"
    await stage.slash("/report", "C&amp;A 4")
    assert stage.answers.asked[-1][-1] == "!report C&A 4"


@pytest.mark.parametrize("text", ["こんにちは", "!nothing", "!!", "次のイベントは？"])
async def test_what_is_no_command_of_ours_is_left_alone(stage: Stage, text: str) -> None:
    await at_once(stage.server.say, CHANNEL, text)
    assert await stage.quiet() == []


async def test_a_slash_command_is_answered_to_all_and_a_personal_one_to_its_member_alone(stage: Stage) -> None:
    done = await stage.slash("/next")
    assert [one.kind for one in done.seen] == ["message"]
    done = await stage.slash("/tsudoi-remind", "4 1d")
    assert [one.kind for one in done.seen] == ["ephemeral"]
    assert stage.answers.asked[-1] == ("say", f"slack:{CHANNEL}", ALICE, "!remind 4 1d")
    typed = await stage.ask("!リマインド 4 1d")
    assert typed["is_ephemeral"]


async def test_every_command_can_be_given_below_tsudoi(stage: Stage) -> None:
    done = await stage.slash("/tsudoi", "次 3")
    assert [one.kind for one in done.seen] == ["message"]
    assert stage.answers.asked[-1][-1] == "!next 3"
    done = await stage.slash("/tsudoi", "remind 4")
    assert [one.kind for one in done.seen] == ["ephemeral"]


async def test_a_slash_command_works_where_the_bot_is_not(stage: Stage) -> None:
    stage.server.do(stage.server.world.remove, OTHER)
    done = await stage.slash("/next", channel=OTHER)
    assert done.seen[0].content["text"].startswith("次回のイベント")


async def test_help_says_how_commands_are_given_here(stage: Stage) -> None:
    done = await stage.slash("/tsudoi-help")
    assert "/tsudoi-remind" in str(done.seen[0].content["blocks"])


async def test_in_a_thread_the_answer_is_in_the_thread(stage: Stage) -> None:
    root = await at_once(stage.server.say, CHANNEL, "相談です")
    answer = await stage.ask("!next", thread_ts=root["ts"])
    assert answer["thread_ts"] == root["ts"]


async def test_in_direct_messages_everything_is_an_ordinary_message(stage: Stage) -> None:
    answer = await stage.ask("!remind 4", channel=stage.server.direct_channel())
    assert "is_ephemeral" not in answer


async def test_a_file_of_the_members_own_comes_by_direct_message(stage: Stage) -> None:
    direct = stage.server.direct_channel()
    await stage.slash("/export")
    (shared,) = await at_once(stage.server.wait_for, lambda: stage.server.said(direct))
    assert [one["name"] for one in shared.content["files"]] == ["samples.zip"]


async def test_who_asks_too_fast_is_told_once(stage: Stage) -> None:
    stage.answers.turns = [Turn.REFUSED, Turn.IGNORED]
    refused = await stage.ask("!next")
    assert "もう一度お試しください" in refused["text"]
    await at_once(stage.server.say, CHANNEL, "!next")
    assert len(await stage.quiet()) == 1


async def test_a_failure_is_an_apology(stage: Stage) -> None:
    stage.answers.fails = True
    assert "うまくいきませんでした" in (await stage.ask("!next"))["text"]
    done = await stage.slash("/next")
    assert [one.kind for one in done.seen] == ["ephemeral"]


async def test_a_repeated_envelope_runs_nothing_twice(stage: Stage) -> None:
    await stage.ask("!next")
    done = await stage.slash("/next")
    for envelope in list(stage.server.sockets.envelopes):
        stage.server.do(stage.server.sockets.repeat, envelope)
    assert done.envelope is not None
    await stage.quiet()
    assert [one[-1] for one in stage.answers.asked] == ["!next", "!next", "!events"]


async def test_what_slack_tells_again_after_a_restart_is_not_done_again(stage: Stage) -> None:
    await stage.ask("!next")
    heard = [one for one in stage.server.sockets.envelopes if one.payload.get("event", {}).get("text") == "!next"]
    again = RecordedAnswers()
    async with connected(front_end_of(stage.server, again, heard=stage.heard), stage.server):
        for _ in range(2):  # over each of the two sockets
            stage.server.do(stage.server.sockets.repeat, heard[0])
        stage.server.say(CHANNEL, "!events")
        stage.server.say(CHANNEL, "!reports")
        await at_once(stage.server.wait_for, lambda: len(again.asked) + len(stage.answers.asked) == 3)
    assert "!next" not in [one[-1] for one in again.asked]


async def test_everything_is_acknowledged_before_it_is_answered(stage: Stage) -> None:
    stage.server.troubles.append(Trouble("users.info", Fault.SLOW_AFTER))
    done = await at_once(stage.server.slash, CHANNEL, "/tsudoi", "setup", ORGANISER)
    assert done.seen == []
    await at_once(stage.server.wait_for, lambda: done.seen)


def test_what_is_for_organisers_asks_for_rights() -> None:
    assert [one.name for one in COMMANDS if one.is_for_organisers and not one.asks_for_rights] == []
    kinds = [kind for kind in every_kind() if kind.for_organisers or kind.shown is Shown.ALL]
    assert [kind.__name__ for kind in kinds if not kind.asks_for_rights] == []


@pytest.mark.parametrize("name", [one.name for one in COMMANDS if not one.asks_for_rights and one.name != "read"])
async def test_nobody_waits_for_rights_that_their_answer_does_not_need(stage: Stage, name: str) -> None:
    stage.server.slow_seconds = 600.0
    stage.server.troubles.append(Trouble("users.info", Fault.SLOW_AFTER))
    await stage.ask(f"!{name}")
    await stage.press(await posted(stage, "remind:5"), "remind:5")


async def test_an_upload_in_a_room_is_read_in_its_thread_all_its_pictures_in_one_answer(stage: Stage) -> None:
    upload = await at_once(stage.server.say, CHANNEL, "これ", files=[("a.png", PNG), ("b.png", PNG + b"2")])
    (answer,) = await at_once(stage.server.wait_for, lambda: stage.server.said(CHANNEL))
    assert answer.content["thread_ts"] == upload["ts"]
    assert stage.answers.asked == [("read", f"slack:{CHANNEL}", str(len(PNG)), str(len(PNG) + 1))]


async def test_a_picture_that_slack_still_works_on_is_waited_for(stage: Stage) -> None:
    stage.server.world.file_polls = 2
    await stage.ask("これ", files=[("a.png", PNG)])
    assert stage.answers.asked[-1][-1] == str(len(PNG))


async def test_an_upload_where_there_is_no_room_is_left_alone_until_somebody_asks(stage: Stage) -> None:
    await at_once(stage.server.say, OTHER, "これ", files=[("a.png", PNG)])
    done = await at_once(stage.server.slash, OTHER, "/read", "", ALICE)
    (answer,) = await at_once(stage.server.wait_for, lambda: stage.server.said(OTHER))
    assert "「あ」" in answer.content["text"]
    assert done.is_acked


@pytest.mark.parametrize("text", ["!read", "！読んで", "@tsudoi"])
async def test_a_picture_is_read_where_it_is_asked_for(stage: Stage, text: str) -> None:
    answer = await stage.ask(text, channel=OTHER, files=[("a.png", PNG)])
    assert "「あ」" in answer["text"]


async def test_a_picture_can_be_asked_for_in_its_thread(stage: Stage) -> None:
    upload = await at_once(stage.server.say, OTHER, "これ", files=[("a.png", PNG)])
    answer = await stage.ask("!read", channel=OTHER, thread_ts=upload["ts"])
    assert "「あ」" in answer["text"]


async def test_without_a_picture_it_is_said_how(stage: Stage) -> None:
    assert (await stage.ask("!read"))["text"] == "画像を送ってください"


async def test_a_file_without_the_scope_is_a_picture_that_could_not_be_fetched(stage: Stage) -> None:
    upload = stage.server.say(OTHER, "これ", files=[("a.png", PNG)])
    stage.server.world.app.scopes.remove("files:read")
    await stage.ask("!read", channel=OTHER, thread_ts=upload["ts"])
    assert stage.answers.asked[-1][-1] == "not_fetched"


async def test_a_message_is_read_from_its_menu_for_the_member_alone(stage: Stage) -> None:
    upload = await at_once(stage.server.say, OTHER, "これ", files=[("a.png", PNG)])
    done = await at_once(stage.server.shortcut, upload, READ_SHORTCUT)
    (answer,) = await at_once(stage.server.wait_for, lambda: done.seen)
    assert (answer.kind, "「あ」" in answer.content["text"]) == ("ephemeral", True)


async def test_why_leaves_a_reading_that_a_member_alone_saw_where_it_is(stage: Stage) -> None:
    upload = await at_once(stage.server.say, OTHER, "これ", files=[("a.png", PNG)])
    done = await at_once(stage.server.shortcut, upload, READ_SHORTCUT)
    (reading,) = await at_once(stage.server.wait_for, lambda: done.seen)
    asked = await stage.press(reading.content, button(reading.content, "why:"))
    assert stage.server.responses[-1]["replace_original"] is False
    (answer,) = await at_once(stage.server.wait_for, lambda: [one for one in asked.seen if one.kind == "ephemeral"])
    assert answer.content["text"] == "このように読み取りました。\n添付はダイレクトメッセージでお送りしました。"
    (shared,) = stage.server.said(stage.server.direct_channel())
    assert [one["mimetype"] for one in shared.content["files"]] == ["image/png"]


async def test_why_is_shown_in_the_thread_with_a_picture_of_ours(stage: Stage) -> None:
    reading = await stage.ask("これ", files=[("a.png", PNG), ("b.png", PNG + b"2")])
    done = await stage.press(reading, button(reading, "why:"))
    shown = (await at_once(stage.server.wait_for, lambda: [one for one in done.seen if one.kind == "message"]))[
        0
    ].content
    assert (shown["text"], shown["thread_ts"]) == ("このように読み取りました。", reading["thread_ts"])
    assert [one["mimetype"] for one in shown["files"]] == ["image/png"]
    assert stage.answers.asked[-1] == ("explain", str(len(PNG) + 1), "0")
    uploads = [call for call in stage.server.calls if call.method == "files.getUploadURLExternal"]
    assert uploads[-1].arguments["alt_txt"] == "決め手"


async def test_what_has_been_explained_is_not_offered_again(stage: Stage) -> None:
    reading = await stage.ask("これ", files=[("a.png", PNG)])
    upload = reading["thread_ts"]
    why = f"why:{upload}:0:0"
    stage.server.do(stage.server.world.update, CHANNEL, reading["ts"], {"blocks": [*buttons_of("x"), *buttons_of(why)]})
    reading = next(one for one in stage.server.shown(CHANNEL, thread_ts=upload) if one["ts"] == reading["ts"])
    await stage.press(reading, why)

    def left() -> list[str]:
        shown = next(one for one in stage.server.shown(CHANNEL, thread_ts=upload) if one["ts"] == reading["ts"])
        return [one["action_id"] for block in shown["blocks"] for one in block["elements"]]

    await at_once(stage.server.wait_for, lambda: left() == ["x"])


async def test_what_teaches_is_said_to_the_member_alone_and_filled_in_a_form(stage: Stage) -> None:
    form = await asked_for_a_letter(stage)
    thanks = (await stage.submit(form, {"written": "あ"})).seen[0]
    assert (thanks.kind, thanks.content["text"]) == ("update", "ありがとうございます。")
    assert stage.answers.asked[-1] == ("teach", ALICE, "1", "あ")


async def asked_for_a_letter(stage: Stage) -> Json:
    reading = await stage.ask("これ", files=[("a.png", PNG)])
    wrong = f"wrong:{reading['thread_ts']}:0:0"
    stage.server.do(stage.server.world.update, CHANNEL, reading["ts"], {"blocks": buttons_of(wrong)})
    asked = (await stage.press(stage.server.shown(CHANNEL, thread_ts=reading["thread_ts"])[-1], wrong)).seen[0]
    assert (asked.kind, stage.answers.asked[-1]) == ("ephemeral", ("teach", ALICE, "1"))
    return (await stage.press(asked.content, button(asked.content, "ask:"))).seen[0].content


async def test_what_is_wrong_with_a_line_is_said_in_its_form(stage: Stage) -> None:
    form = await asked_for_a_letter(stage)
    before = len(stage.server.world.sights)
    refused = await at_once(stage.server.submit, form, {"written": "abc"})
    assert refused.errors == {"written": "「abc」は登録できません。"}
    assert stage.server.seen(since=before) == []
    thanks = (await stage.submit(form, {"written": "あ"})).seen[0]
    assert thanks.content["text"] == "ありがとうございます。"


@pytest.mark.parametrize("written", ["あ", "abc"])
async def test_what_takes_long_is_waited_for_in_the_form(
    stage: Stage, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await asked_for_a_letter(stage)
    monkeypatch.setattr(sent_form, "PATIENCE", 0.0)
    stage.answers.teaches.clear()
    filled = await at_once(stage.server.submit, form, {"written": written})
    views = await at_once(stage.server.wait_for, lambda: stage.server.seen(kind="view")[1:])
    assert "少々お待ちください" in str(views[0].content["blocks"])
    stage.answers.teaches.set()
    after = await at_once(stage.server.wait_for, lambda: stage.server.seen(kind="view")[2:])
    assert ("完了しました" if written == "あ" else "登録できません") in str(after[0].content["blocks"])
    assert any(block["type"] == "input" for block in after[0].content["blocks"]) == (written == "abc")
    assert not filled.errors


async def reading_in_thread(stage: Stage, *, alone: bool) -> tuple[Json, str]:
    """A reading in a thread, that all see or one alone, and the thread."""
    if not alone:
        root = await at_once(stage.server.say, CHANNEL, "これ", files=[("a.png", PNG)])
        (reading,) = await at_once(stage.server.wait_for, lambda: stage.server.said(CHANNEL))
        return reading.content, root["ts"]
    said = await at_once(stage.server.say, OTHER, "", files=[("b.png", PNG)])
    mine = await at_once(stage.server.say, OTHER, "", files=[("c.png", PNG)], thread_ts=said["ts"])
    done = await at_once(stage.server.shortcut, mine, READ_SHORTCUT)
    (whispered,) = await at_once(stage.server.wait_for, lambda: done.seen)
    return whispered.content, said["ts"]


@pytest.mark.parametrize("alone", [False, True], ids=["seen by all", "seen by one"])
@pytest.mark.parametrize("action", ["why:{0}:0:0", "wrong:{0}:0:0", "remind:5", "tsudoi:setup:go:language"])
async def test_whatever_is_pressed_in_a_thread_is_answered_there(stage: Stage, action: str, alone: bool) -> None:
    reading, thread = await reading_in_thread(stage, alone=alone)
    assert reading["thread_ts"] == thread
    pressed = action.format(reading["thread_ts"])
    reading["blocks"] = buttons_of(pressed)
    done = await stage.press(reading, pressed)
    assert {one.content["thread_ts"] for one in done.seen if one.channel in (CHANNEL, OTHER)} == {thread}


@pytest.mark.parametrize("alone", [False, True], ids=["seen by all", "seen by one"])
async def test_what_a_form_was_filled_with_is_answered_in_the_thread(stage: Stage, alone: bool) -> None:
    reading, thread = await reading_in_thread(stage, alone=alone)
    reading["blocks"] = [
        {**block, "elements": [{**one, "value": '{"question": "?", "example": ""}'} for one in block["elements"]]}
        for block in buttons_of(f"ask:teach:label:{thread}:0:0")
    ]
    form = (await stage.press(reading, f"ask:teach:label:{thread}:0:0")).seen[0].content
    (thanks,) = (await stage.submit(form, {"written": "あ"})).seen
    assert thanks.content["thread_ts"] == thread


async def test_what_is_pressed_in_the_channel_is_answered_there_though_a_thread_hangs_below(stage: Stage) -> None:
    question = await posted(stage, "remind:5")
    await at_once(stage.server.say, CHANNEL, "どうする？", thread_ts=question["ts"])
    done = await stage.press(question, "remind:5")
    assert "thread_ts" not in done.seen[0].content


async def test_an_organisers_answer_is_said_to_all_below_the_question(stage: Stage) -> None:
    question = await posted(stage, "question:1:yes")
    done = await stage.press(question, "question:1:yes", ORGANISER)
    assert (done.seen[0].kind, done.seen[0].content["thread_ts"]) == ("message", question["ts"])
    done = await stage.press(question, "question:1:yes", ALICE)
    assert (done.seen[0].kind, done.seen[0].content["text"]) == ("ephemeral", "運営の方だけです。")


async def test_a_press_that_slack_repeats_is_taken_once(stage: Stage) -> None:
    done = await stage.press(await posted(stage, "remind:5"), "remind:5")
    assert done.envelope is not None
    stage.server.do(stage.server.sockets.repeat, done.envelope)
    await stage.quiet()
    assert [one[0] for one in stage.answers.asked] == ["press", "say"]


async def test_an_organiser_walks_through_pages_which_take_each_others_place(stage: Stage) -> None:
    page = (await stage.slash("/tsudoi", "設定", ORGANISER)).seen[0]
    assert (page.kind, page.content["text"]) == ("ephemeral", "setup")
    asker, channels = stage.pages.askers[-1], stage.pages.channels[-1]
    assert (asker.tenant.id, asker.room.channel) == (TEAM, CHANNEL)
    assert channels == Channels({CHANNEL: "events", OTHER: "events-1"}, ())
    after = (await stage.press(page.content, "tsudoi:setup:go:language", ORGANISER)).seen[0]
    assert (after.kind, lead(after.content)) == ("update", "tsudoi:setup:go:language")
    chosen = (await stage.press(after.content, "tsudoi:setup:language", ORGANISER, "en")).seen[0]
    assert lead(chosen.content) == "tsudoi:setup:language en"
    await stage.press(chosen.content, "tsudoi:setup:parts", ORGANISER, ["ja", "en"])
    assert stage.pages.acted[-1] == ("tsudoi:setup:parts", "ja", "en")
    form = (await stage.press(page.content, "ask:tsudoi:setup:add:group", ORGANISER)).seen[0].content
    filled = (await stage.submit(form, {"written": "tfug-tokyo"}, ORGANISER)).seen[0]
    assert (filled.kind, lead(filled.content)) == ("update", "tsudoi:setup:add:group tfug-tokyo")


async def test_pages_are_for_organisers_typed_too(stage: Stage) -> None:
    done = await stage.slash("/tsudoi", "status")
    assert done.seen[0].content["text"] == "運営の方だけです。"
    refused = await stage.ask("!tsudoi setup")
    assert (refused["text"], refused["is_ephemeral"]) == ("運営の方だけです。", True)
    page = (await stage.slash("/tsudoi", "setup", ORGANISER)).seen[0].content
    form = (await stage.press(page, "ask:tsudoi:setup:add:group", ORGANISER)).seen[0].content
    stage.server.world.people[ORGANISER].is_admin = False
    assert stage.pages.acted == []
    assert form["type"] == "modal"


async def test_where_the_bot_is_not_an_organiser_is_told_to_invite_it(stage: Stage) -> None:
    stage.server.do(stage.server.world.remove, OTHER)
    await stage.slash("/tsudoi", "setup", ORGANISER, OTHER)
    assert "/invite @Tsudoi" in stage.pages.channels[-1].missing[0]


async def test_a_link_is_only_acknowledged(stage: Stage) -> None:
    page = (await stage.slash("/tsudoi", "setup", ORGANISER)).seen[0].content
    done = await at_once(stage.server.press, page, button(page, "open:"), ORGANISER)
    assert done.is_acked
    assert stage.pages.acted == []


async def test_the_home_shows_events_and_reminders_and_takes_presses(stage: Stage) -> None:
    home = await at_once(stage.server.open_home)
    shown = str(home["blocks"])
    for part in ("これからのイベント", "予定は1件です。", "あなたのリマインド", "リマインドは1件です。", "日本語"):
        assert part in shown
    done = await stage.press(home, button(home, "remind:501:cancel"))
    assert done.seen[0].kind == "home"
    assert ("press", "remind:501:cancel", ALICE) in stage.answers.asked


async def test_the_home_offers_reminders_and_shows_organisers_how_the_bot_is(stage: Stage) -> None:
    home = await at_once(stage.server.open_home)
    await stage.press(home, "remind:501")
    assert ("press", "remind:501", ALICE) in stage.answers.asked
    assert "tsudoi:setup:go:language" not in str(home["blocks"])
    home = await at_once(stage.server.open_home, ORGANISER)
    assert "tsudoi:setup:go:language" in str(home["blocks"])


async def test_the_quiz_begins_in_the_home_and_goes_on_in_direct_messages(stage: Stage) -> None:
    home = await at_once(stage.server.open_home)
    await stage.press(home, "quiz:again")
    (question,) = await at_once(stage.server.wait_for, lambda: stage.server.said(stage.server.direct_channel()))
    assert question.content["text"] == "「あ」を手で書いてください。"
    homes = await at_once(stage.server.wait_for, lambda: stage.server.seen(kind="home")[1:])
    assert "DMでお送りしました" in str(homes[0].content["blocks"])


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.ERROR_AFTER, Fault.CUT_AFTER, Fault.BUSY_BEFORE])
async def test_an_answer_comes_once_whatever_happens_to_it_on_the_way(stage: Stage, fault: Fault) -> None:
    stage.server.troubles.append(Trouble("chat.postMessage", fault, retry_after=0))
    await stage.ask("!next")
    assert len(await stage.quiet()) == 1


async def test_a_slash_commands_answer_waits_where_slack_is_busy(stage: Stage) -> None:
    stage.server.troubles.append(Trouble("response_url", Fault.BUSY_BEFORE, retry_after=0))
    assert (await stage.slash("/next")).seen[0].content["text"].startswith("次回のイベント")


@pytest.mark.parametrize("text", ["", "!read"])
async def test_a_picture_is_read_also_where_slack_tells_of_the_file_alone(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(slack_listeners, "MESSAGE_FOLLOWS", 0.0)
    stage.server.world.app.events.remove("message.channels")
    upload = await at_once(stage.server.say, CHANNEL, text, files=[("a.png", PNG)])
    (answer,) = await at_once(stage.server.wait_for, lambda: stage.server.said(CHANNEL))
    assert answer.content["thread_ts"] == upload["ts"]


async def test_a_picture_of_which_slack_tells_twice_is_read_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_listeners, "MESSAGE_FOLLOWS", 0.0)
    await stage.ask("!read", files=[("a.png", PNG)])
    assert len(await stage.quiet()) == 1
    assert [one for one in stage.answers.asked if one[0] == "read"] == [("read", f"slack:{CHANNEL}", str(len(PNG)))]


async def test_an_answer_whose_response_url_has_expired_is_said_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_members, "URL_LASTS", -1.0)
    await at_once(stage.server.slash, CHANNEL, "/next", "", ALICE)
    answer = (await at_once(stage.server.wait_for, lambda: stage.server.said(CHANNEL)))[0]
    assert lead(answer.content) == "次回のイベント"
    assert stage.server.problems == ["response_url: expired_url"]
    stage.server.problems.clear()


async def test_what_cannot_be_whispered_in_a_channel_is_said_by_direct_message(stage: Stage) -> None:
    stage.server.troubles.append(Trouble("chat.postEphemeral", "user_not_in_channel"))
    await at_once(stage.server.say, CHANNEL, "!remind 5")
    direct = stage.server.direct_channel()
    answer = (await at_once(stage.server.wait_for, lambda: stage.server.said(direct)))[0]
    assert "DM" in lead(answer.content)


async def test_a_form_that_cannot_be_opened_is_apologised_for(stage: Stage) -> None:
    page = (await stage.slash("/tsudoi", "setup", ORGANISER)).seen[0].content
    stage.server.troubles.append(Trouble("views.open", "internal_error"))
    pressed = await stage.press(page, "ask:tsudoi:setup:add:group", ORGANISER)
    assert (pressed.seen[0].kind, "もう一度" in pressed.seen[0].content["text"]) == ("ephemeral", True)
