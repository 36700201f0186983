"""The room's addresses, over real HTTP and a real store."""

import asyncio
import io
import json
import re
import socket
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import icalendar
import pytest
from aiohttp import FormData
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.app.clock import DrivenClock
from bot.config import WebSettings
from bot.core.actions import Kept
from bot.core.errors import FrontEndError, SendRefused
from bot.core.messages import Button, Message, MessageKind
from bot.events.calendar_files import calendar_file
from bot.events.rules.events import EventStatus
from bot.platforms.web import calendars
from bot.platforms.web.server import WebRoom
from tests.support.events import NOW, TOKYO, an_event_named
from tests.support.room_answers import FixedAnswers, open_room

KEYS = {"id", "author", "bot", "at", "kind", "text", "event_id", "buttons", "images"}  # promised to others
NEWS = Message(MessageKind.ANNOUNCEMENT, "新しいイベントです！", event_id=7)


def a_picture(kind: str = "PNG") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(written, kind, **({"comment": b"SECRET"} if kind == "JPEG" else {}))
    return written.getvalue()


def a_form(picture: bytes, **fields: str) -> FormData:
    form = FormData(fields)
    form.add_field("file", picture, filename="../../etc/あ.png", content_type="text/html")
    return form


async def messages(client: aiohttp.ClientSession, query: str = "") -> list[dict[str, Any]]:
    async with client.get(f"/api/messages{query}") as response:
        assert response.status == 200
        return (await response.json())["messages"]


async def say(client: aiohttp.ClientSession, text: str) -> dict[str, Any]:
    async with client.post("/api/messages", json={"text": text}) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def test_a_typed_command_is_kept_and_answered(client: aiohttp.ClientSession, answers: FixedAnswers) -> None:
    said = await say(client, " !next\n")
    assert said["text"] == "!next"
    assert not said["bot"]
    (answer,) = said["answers"]
    assert answer.keys() >= KEYS
    assert answer["bot"]
    assert (answer["author"], answer["kind"], answer["event_id"]) == ("Tsudoi", "answer", 501)
    assert answer["at"] == NOW.isoformat()
    assert "もくもく会 #5" in answer["text"]
    assert "まちなか会議室" in answer["text"]
    assert answer["buttons"][0]["url"] == "https://utsunomiya.connpass.com/event/501/"
    assert answer["cards"][0]["fields"][0]["at"] == NOW.isoformat()
    assert await messages(client) == [{k: v for k, v in said.items() if k != "answers"}, answer]
    assert answers.asked[0][2] == "visitor"


async def test_what_is_no_command_stays_without_an_answer(client: aiohttp.ClientSession) -> None:
    assert (await say(client, "こんにちは"))["answers"] == []
    assert [one["text"] for one in await messages(client)] == ["こんにちは"]


async def test_messages_are_given_after_an_id_or_before_one(client: aiohttp.ClientSession) -> None:
    ids = [(await say(client, f"{n}"))["id"] for n in range(5)]
    assert [one["id"] for one in await messages(client, f"?after={ids[2]}")] == ids[3:]
    assert [one["id"] for one in await messages(client, "?limit=2")] == ids[3:]
    assert [one["id"] for one in await messages(client, f"?limit=2&before={ids[3]}")] == ids[1:3]
    assert [one["id"] for one in await messages(client, "?after=0&limit=1")] == ids[:1]


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?before=9999999999999999999", "?limit=1.5"])
async def test_an_id_that_is_none_gets_a_sentence(client: aiohttp.ClientSession, query: str) -> None:
    async with client.get(f"/api/messages{query}") as response:
        assert response.status == 400
        assert (await response.json())["code"] == "bad_number"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "bad_json"),
        (b"[" * 50_000, 400, "bad_json"),
        (b'["!next"]', 400, "bad_json"),
        (b"\xff\xfe", 400, "bad_json"),
        (b"{}", 400, "nothing_said"),
        (b'{"text": 5}', 400, "nothing_said"),
        (b'{"text": " \\u0000\\n "}', 400, "nothing_said"),
        (json.dumps({"text": "あ" * 2001}).encode(), 400, "text_too_long"),
        (json.dumps({"text": "x" * 70_000}).encode(), 413, "upload_too_large"),
    ],
)
async def test_a_body_that_says_nothing_usable_gets_a_sentence(
    client: aiohttp.ClientSession, body: bytes, status: int, code: str
) -> None:
    async with client.post("/api/messages", data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == status
        answer = await response.json()
    assert answer["code"] == code
    assert any(ord(letter) > 0x3000 for letter in answer["error"])  # in the language of the room
    assert await messages(client) == []


@pytest.mark.parametrize(
    ("query", "browser", "is_japanese"),
    [
        pytest.param("", None, True, id="room"),
        pytest.param("", "en-GB,en;q=0.9,ja;q=0.8", False, id="browser"),
        pytest.param("", "fr", True, id="neither"),
        pytest.param("?lang=ja", "en", True, id="page"),
    ],
)
async def test_what_is_refused_is_said_in_the_language_of_who_reads_it(
    client: aiohttp.ClientSession, query: str, browser: str | None, is_japanese: bool
) -> None:
    headers = {"Accept-Language": browser} if browser else {}
    async with client.post(f"/api/messages{query}", data=b"{", headers=headers) as response:
        assert any(ord(letter) > 0x3000 for letter in (await response.json())["error"]) is is_japanese


async def test_who_sits_at_the_machine_is_not_logged_in(client: aiohttp.ClientSession) -> None:
    async with client.get("/api/console") as response:
        found = await response.json()
    assert found["organises"]
    assert not found["logged_in"]


async def test_what_no_store_can_hold_is_left_out_of_a_text(client: aiohttp.ClientSession) -> None:
    body = b'{"text": "a\\ud800b\\u0000c\\u202ed\\u200bf \\ud83d\\ude00 \\u3000g"}'
    async with client.post("/api/messages", data=body) as response:
        assert (await response.json())["text"] == "abcdf 😀 \u3000g"


async def test_an_uploaded_picture_is_shown_and_read(client: aiohttp.ClientSession) -> None:
    async with client.post("/api/messages", data=a_form(a_picture("JPEG"), text="これは？")) as response:
        assert response.status == 200
        said = await response.json()
    assert said["text"] == "これは？"
    assert said["answers"][0]["cards"][0]["bars"][0] == {"label": "あ", "share": 0.98}
    async with client.get(said["images"][0]) as response:
        assert response.content_type == "image/jpeg"
        shown = await response.read()
    assert Image.open(io.BytesIO(shown)).size == (60, 40)
    assert b"SECRET" not in shown


@pytest.mark.filterwarnings("ignore::aiohttp.BadContentDispositionHeader")
@pytest.mark.parametrize("name", ["; rm -rf ~; echo.png", 'a\\"; b; c\\\\.png', "あ;い;う.png", "%22;x;.png", ""])
async def test_whatever_a_picture_is_called_it_is_read(client: aiohttp.ClientSession, name: str) -> None:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + a_picture() + b"\r\n--x--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with client.post("/api/messages", data=body, headers=headers) as response:
        assert response.status == 200
        assert len((await response.json())["images"]) == 1


async def test_what_is_no_picture_gets_a_friendly_answer_and_no_image(client: aiohttp.ClientSession) -> None:
    async with client.post("/api/messages", data=a_form(b"<svg onload=alert(1)>")) as response:
        said = await response.json()
    assert said["images"] == []
    assert "not_a_picture" in said["answers"][0]["text"]


async def test_a_picture_is_gone_after_a_restart(
    engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers
) -> None:
    async with (
        open_room(engine, clock, answers) as room,
        aiohttp.ClientSession(room.url) as client,
        client.post("/api/messages", data=a_form(a_picture())) as response,
    ):
        image = (await response.json())["images"][0]
    async with open_room(engine, clock, answers) as room, aiohttp.ClientSession(room.url) as client:
        assert (await messages(client))[0]["images"] == [image]
        async with client.get(image) as response:
            assert response.status == 404


async def too_much() -> AsyncIterator[bytes]:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    yield head
    for _ in range(30):
        yield b"\0" * 2**20


@pytest.mark.parametrize("path", ["/api/messages", "/api/read"])
async def test_an_upload_without_a_length_is_cut_off_when_it_is_too_large(
    client: aiohttp.ClientSession, path: str
) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    async with client.post(path, data=too_much(), headers=headers) as response:
        assert response.status == 413
        assert (await response.json())["code"] == "upload_too_large"


async def test_an_upload_that_says_it_is_too_large_is_refused_unread(room: WebRoom) -> None:
    reader, writer = await _raw(room)
    writer.write(b"POST /api/read HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n")
    assert b" 413 " in await reader.readline()
    writer.close()


async def test_slow_uploads_hold_up_no_text(room: WebRoom, client: aiohttp.ClientSession) -> None:
    slow = [await _raw(room) for _ in range(10)]
    for _, writer in slow:
        writer.write(
            b"POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
        )
    async with asyncio.timeout(5):
        assert (await say(client, "!next"))["answers"]
    for _, writer in slow:
        writer.close()


async def test_an_empty_file_gets_a_friendly_answer(client: aiohttp.ClientSession) -> None:
    async with client.post("/api/messages", data=a_form(b"")) as response:
        assert response.status == 200
        assert "empty" in (await response.json())["answers"][0]["text"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data; boundary=x", b"--y\r\n\r\nhello\r\n--y--\r\n"),
        (
            "multipart/mixed; boundary=x",
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n\r\n--x--",
        ),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Encoding: gzip\r\n\r\nhello\r\n--x--\r\n"),
    ],
)
async def test_a_form_that_is_none_gets_a_sentence(
    client: aiohttp.ClientSession, content_type: str, body: bytes
) -> None:
    async with client.post("/api/messages", data=body, headers={"Content-Type": content_type}) as response:
        assert response.status == 400
        assert (await response.json())["code"] in {"bad_form", "nothing_said"}


async def test_a_picture_is_read_as_json(client: aiohttp.ClientSession) -> None:
    for data in (a_picture(), a_form(a_picture())):
        async with client.post("/api/read", data=data) as response:
            assert response.status == 200
            assert await response.json() == {
                "glyphs": [
                    {"box": [1, 2, 3, 4], "candidates": [{"label": "あ", "probability": 0.98}], "verdict": "sure"}
                ],
                "text": "あ",
                "elapsed_ms": 4.1,
            }
    assert await messages(client) == []


@pytest.mark.parametrize(("data", "code"), [(b"", "empty"), (b"hello", "not_a_picture"), (b"\x89PNG", "broken")])
async def test_what_cannot_be_read_gets_a_sentence(client: aiohttp.ClientSession, data: bytes, code: str) -> None:
    async with client.post("/api/read", data=data) as response:
        assert response.status == 400
        answer = await response.json()
    assert answer["code"] == code
    assert answer["error"]


async def test_a_pressed_button_is_answered_under_its_label(room: WebRoom, client: aiohttp.ClientSession) -> None:
    question = Message(
        MessageKind.QUESTION, "投稿しますか？", buttons=(Button("はい、投稿する", Kept("question:1:yes")),)
    )
    await room.send("main", question, "k")
    async with client.post("/api/actions", json={"id": "question:1:yes"}) as response:
        assert response.status == 200
    said = [one["text"].partition("\n")[0] for one in await messages(client)]
    assert said == ["投稿しますか？", "はい、投稿する", "ありがとうございます。"]


async def test_in_a_message_one_answer_takes_the_place_of_another(room: WebRoom, client: aiohttp.ClientSession) -> None:
    buttons = (Button("はい", Kept("question:1:yes")), Button("なぜ？", Kept("why:a:0")))
    await room.send("main", Message(MessageKind.QUESTION, "投稿しますか？", buttons=buttons), "k")
    [question] = await messages(client)
    said = []
    for button in question["buttons"]:
        async with client.post("/api/actions", json={"id": button["id"], "message": question["id"]}) as response:
            said.append(await response.json())
    assert [(one["text"], one["below"], one["answers"]) for one in said] == [
        ("ありがとうございます。", question["id"], []),
        ("このように読み取りました。", question["id"], []),
    ]
    assert [one["lead"] for one in await messages(client)] == ["投稿しますか？", "このように読み取りました。"]
    assert (await messages(client))[-1]["images"] == said[-1]["images"] != []


@pytest.mark.parametrize("place", [0, -1, 2**70, True, "1", 99])
async def test_a_press_in_a_message_that_is_not_there_is_answered_all_the_same(
    room: WebRoom, client: aiohttp.ClientSession, place: object
) -> None:
    async with client.post("/api/actions", json={"id": "question:1:yes", "message": place}) as response:
        assert (response.status, (await response.json())["below"]) == (200, None)


async def test_why_below_a_reading_is_answered_with_a_picture(client: aiohttp.ClientSession) -> None:
    async with client.post("/api/messages", data=a_form(a_picture())) as response:
        (reading,) = (await response.json())["answers"]
    (why,) = [button for button in reading["buttons"] if button["label"] == "なぜ？"]
    async with client.post("/api/actions", json={"id": why["id"]}) as response:
        (explanation,) = (await response.json())["answers"]
    async with client.get(explanation["images"][0]) as response:
        assert Image.open(io.BytesIO(await response.read())).size == (60, 40)
    (shown,) = explanation["pictures"]
    assert (shown["url"], bool(shown["shows"])) == (explanation["images"][0], True)
    last = (await messages(client))[-1]
    assert (last["images"], last["pictures"]) == (explanation["images"], explanation["pictures"])


async def test_what_is_said_to_the_visitor_alone_is_said_in_the_room(
    room: WebRoom, client: aiohttp.ClientSession
) -> None:
    await room.send("@visitor", Message(MessageKind.REMINDER, "もうすぐです"), "k")
    assert [one["text"] for one in await messages(client)] == ["もうすぐです"]


@pytest.mark.parametrize("content", [{"id": "question:9:no"}, {"id": 5}, {}])
async def test_a_button_of_nobody_is_refused(client: aiohttp.ClientSession, content: dict[str, Any]) -> None:
    async with client.post("/api/actions", json=content) as response:
        assert response.status == 404
        assert (await response.json())["code"] == "unknown_button"


async def test_a_delivery_is_said_once_and_found_again(room: WebRoom, client: aiohttp.ClientSession) -> None:
    assert await room.find("main", NEWS, "key", NOW) is None
    first = await room.send("main", NEWS, "key")
    assert await room.send("main", NEWS, "key") == first == await room.find("main", NEWS, "key", NOW)
    assert [one["text"] for one in await messages(client)] == ["新しいイベントです！"]


async def test_the_local_room_has_one_channel(room: WebRoom) -> None:
    with pytest.raises(SendRefused, match="main"):
        await room.send("general", NEWS, "key")


async def read_event(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The next message of an event stream."""
    async with asyncio.timeout(10):
        async for line in response.content:
            if line.startswith(b"data: "):
                return json.loads(line[6:])
    raise AssertionError("the stream ended")


async def test_a_page_hears_what_is_said_at_once(room: WebRoom, client: aiohttp.ClientSession) -> None:
    await say(client, "前から")
    async with client.get("/api/stream") as stream:
        assert stream.content_type == "text/event-stream"
        await room.send("main", NEWS, "key")
        event = await read_event(stream)
    assert event.keys() >= KEYS
    assert event["kind"] == "announcement"


async def test_a_page_that_comes_back_hears_what_it_missed(room: WebRoom, client: aiohttp.ClientSession) -> None:
    seen = (await say(client, "見た"))["id"]
    await say(client, "見逃した")
    async with client.get("/api/stream", headers={"Last-Event-ID": str(seen)}) as stream:
        assert (await read_event(stream))["text"] == "見逃した"
    async with client.get(f"/api/stream?after={seen}", headers={"Last-Event-ID": "nonsense"}) as stream:
        assert (await read_event(stream))["text"] == "見逃した"


async def test_more_pages_than_can_be_served_are_asked_to_come_later(room: WebRoom) -> None:
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(room.url, connector=connector) as client:
        open_streams = [await client.get("/api/stream") for _ in range(100)]
        async with client.get("/api/stream") as response:
            assert response.status == 503
            assert response.headers["Retry-After"]
        for stream in open_streams:
            stream.close()


async def test_open_streams_do_not_hold_up_the_end(
    engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers
) -> None:
    async with aiohttp.ClientSession() as client:
        async with asyncio.timeout(3):
            async with open_room(engine, clock, answers) as room:
                stream = await client.get(room.url + "api/stream")
        stream.close()


async def test_a_port_in_use_is_one_sentence_with_what_to_do(
    engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(FrontEndError, match=rf"{port}.*in use.*web\.port"):
            async with open_room(engine, clock, answers, WebSettings(port=port)):
                pass


async def test_a_bug_in_an_answer_is_a_sentence_and_no_traceback(
    client: aiohttp.ClientSession, answers: FixedAnswers
) -> None:
    answers.broken = True
    async with client.post("/api/messages", json={"text": "!next"}) as response:
        assert response.status == 500
        text = await response.text()
    assert "RuntimeError" not in text
    assert "Traceback" not in text


async def test_health_says_whether_the_store_answers(client: aiohttp.ClientSession, engine: AsyncEngine) -> None:
    async with client.get("/healthz") as response:
        assert response.status == 200
        assert (await response.json())["status"] == "ok"
    await rename(engine, "room_messages", "away")
    async with client.get("/healthz") as response:
        assert response.status == 503
    await rename(engine, "away", "room_messages")  # the next test has the same database


async def rename(engine: AsyncEngine, table: str, to: str) -> None:
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {to}")


async def test_prometheus_reads_the_numbers(client: aiohttp.ClientSession) -> None:
    async with client.post("/api/read", data=a_picture()):
        pass
    async with client.get("/nowhere/at/all"):
        pass
    async with client.get("/metrics") as response:
        assert response.content_type == "text/plain"
        lines = (await response.text()).splitlines()
    assert 'tsudoi_http_requests_total{method="POST",route="/api/read",status="200"} 1.0' in lines
    assert 'tsudoi_http_requests_total{method="GET",route="other",status="404"} 1.0' in lines
    assert 'tsudoi_readings_total{outcome="read"} 1.0' in lines
    assert 'tsudoi_deliveries{state="planned"} 3.0' in lines
    assert 'tsudoi_source_unread_seconds{source="utsunomiya"} 900.0' in lines
    assert 'tsudoi_source_unread_seconds{source="a \\"new\\" one"} +Inf' in lines
    assert 'tsudoi_front_end_connected{platform="local"} 1.0' in lines
    assert 'tsudoi_front_end_connected{platform="discord"} 0.0' in lines
    assert "tsudoi_reading_seconds_count 1.0" in lines


async def test_a_calendar_can_follow_the_events(client: aiohttp.ClientSession, answers: FixedAnswers) -> None:
    hostile = "会; a,b\\ \nATTENDEE:mailto:x@example.com"
    answers.events = [
        an_event_named(hostile, 5, revision=3, ended_at=None),
        an_event_named("中止の会", 6, status=EventStatus.CANCELLED),
    ]
    async with client.get("/calendar.ics") as response:
        assert response.content_type == "text/calendar"
        calendar = icalendar.Calendar.from_ical(await response.read())
    first, second = calendar.events
    assert (str(first["uid"]), first["sequence"], str(first["status"])) == ("connpass-5@tsudoi", 3, "CONFIRMED")
    assert str(first["summary"]) == hostile
    assert "attendee" not in first
    assert first.start == (NOW + timedelta(days=10)).astimezone(TOKYO)
    assert first.end - first.start == timedelta(hours=2)
    assert str(second["status"]) == "CANCELLED"
    assert [str(zone["tzid"]) for zone in calendar.timezones] == ["Asia/Tokyo"]
    for required in ("uid", "dtstamp", "dtstart", "summary"):  # RFC 5545, 3.6.1
        assert all(required in entry for entry in calendar.events)
    assert {"prodid", "version"} <= {name.lower() for name in calendar}


async def test_a_calendar_that_did_not_change_is_not_sent_again(
    client: aiohttp.ClientSession, answers: FixedAnswers
) -> None:
    answers.events = [an_event_named("会", 5)]
    async with client.get("/calendar.ics") as response:
        tag = response.headers["ETag"]
    async with client.get("/calendar.ics", headers={"If-None-Match": tag}) as response:
        assert (response.status, await response.read()) == (304, b"")
    answers.events = [an_event_named("会", 5, revision=1)]
    async with client.get("/calendar.ics", headers={"If-None-Match": tag}) as response:
        assert (response.status, response.headers["ETag"] != tag) == (200, True)


async def test_a_calendar_is_built_once_for_all_who_follow_it_until_it_changes(
    client: aiohttp.ClientSession, answers: FixedAnswers, monkeypatch: pytest.MonkeyPatch
) -> None:
    built = 0

    def counted(*given: Any) -> bytes:
        nonlocal built
        built += 1
        return calendar_file(*given)

    monkeypatch.setattr(calendars, "calendar_file", counted)
    answers.events = [an_event_named("会", 5)]
    for _ in range(3):
        async with client.get("/calendar.ics") as response:
            assert response.status == 200
    assert built == 1
    for alarm in ("30m", "1h", "61m"):  # whoever asks for another one each time has nothing built anew
        async with client.get(f"/calendar.ics?alarm={alarm}") as response:
            assert response.status == 200
    assert built == 2
    answers.events = [an_event_named("会", 5, revision=1)]
    async with client.get("/calendar.ics") as response:
        assert b"SEQUENCE:1" in await response.read()
    assert built == 3


async def test_a_source_has_a_calendar_of_its_own(client: aiohttp.ClientSession, answers: FixedAnswers) -> None:
    async with client.get("/calendar/utsunomiya.ics") as response:
        assert response.status == 200
    assert answers.calendars == [("utsunomiya",)]
    async with client.get("/calendar/nobody.ics") as response:
        assert response.status == 404


async def test_a_calendar_rings_where_somebody_wants_it_to(
    client: aiohttp.ClientSession, answers: FixedAnswers
) -> None:
    answers.events = [an_event_named("会", 5), an_event_named("中止の会", 6, status=EventStatus.CANCELLED)]
    async with client.get("/calendar.ics?alarm=1h") as response:
        first, second = icalendar.Calendar.from_ical(await response.read()).events
    (alarm,) = first.walk("VALARM")
    assert (alarm["trigger"].dt, str(alarm["action"])) == (-timedelta(hours=1), "DISPLAY")
    assert second.walk("VALARM") == []
    async with client.get("/calendar.ics?alarm=soon") as response:
        assert (response.status, "30m" in await response.text()) == (400, True)


async def test_events_reports_and_the_room_itself_are_given_as_json(client: aiohttp.ClientSession) -> None:
    found = {}
    for path in ("events", "reports", "room"):
        async with client.get(f"/api/{path}") as response:
            found[path] = await response.json()
    assert found["events"] == {"events": [{"id": 501}], "seen_at": None}
    assert found["reports"] == {"reports": []}
    assert found["room"]["community"] == "TFUG 宇都宮"
    assert (found["room"]["locale"], found["room"]["samples"]) == ("ja", False)


@pytest.mark.parametrize("path", ["/", "/draw", "/tendencies"])
async def test_every_page_has_the_same_head(path: str, client: aiohttp.ClientSession) -> None:
    async with client.get(path) as answer:
        page = await answer.text()
    assert page.count('<meta charset="utf-8">') == page.count('/base.css"') == 1
    assert "<!--" not in page
    assert re.findall(r"{\w+}", page.partition('type="application/json"')[0]) == []  # every hole is filled
    async with client.get("/static/head.html") as answer:
        assert answer.status == 404  # no page of its own


async def test_nothing_beside_the_pages_own_files_is_served(client: aiohttp.ClientSession) -> None:
    for path in ("/static/", "/static/../server.py", "/static/%2e%2e/server.py", "/static/server.py", "/.git/config"):
        async with client.get(path, allow_redirects=False) as response:
            assert response.status == 404, path


async def test_an_unchanged_file_is_not_sent_again(client: aiohttp.ClientSession) -> None:
    async with client.get("/static/base.css") as response:
        etag = response.headers["ETag"]
    async with client.get("/static/base.css", headers={"If-None-Match": etag}) as response:
        assert response.status == 304


async def test_a_page_names_its_files_by_their_version_and_browsers_keep_them(client: aiohttp.ClientSession) -> None:
    async with client.get("/draw") as response:
        named = set(re.findall(r'"(/static/[0-9a-f]+/[\w.]+)"', await response.text()))
    assert {name.rpartition("/")[2] for name in named} > {"base.css", "draw.js", "paper.js", "icon.svg"}
    for name in named:
        async with client.get(name) as response:
            assert response.headers["Content-Encoding"] in ("gzip", "deflate"), name
            assert "immutable" in response.headers["Cache-Control"]
    async with client.get("/static/0123/base.css") as response:  # a page of before, after an update
        assert (response.status, response.headers["Cache-Control"]) == (200, "no-cache")


@pytest.mark.parametrize(("query", "language", "said"), [("", "ja", "次のイベント"), ("?lang=en", "en", "Next event")])
async def test_a_page_has_its_words_before_any_script_runs(
    client: aiohttp.ClientSession, query: str, language: str, said: str
) -> None:
    async with client.get(f"/{query}") as response:
        page = await response.text()
    assert f'<html lang="{language}">' in page
    assert said in page.partition("application/json")[0]
    assert "<title>TFUG 宇都宮</title>" in page


async def test_a_community_may_be_called_anything(
    engine: AsyncEngine, clock: DrivenClock, answers: FixedAnswers
) -> None:
    evil = '</script><script>alert("{more}")</script>'
    async with (
        open_room(engine, clock, answers, community=evil) as room,
        aiohttp.ClientSession(room.url) as client,
        client.get("/") as response,
    ):
        page = await response.text()
    assert "<script>" not in page
    assert json.loads(page.rpartition('id="page">')[2].partition("</script>")[0])["room"]["community"] == evil
    assert page.count("alert(&quot;{more}&quot;)") >= 2


async def test_what_is_not_there_is_a_page_for_people_and_json_for_programs(client: aiohttp.ClientSession) -> None:
    async with client.get("/nowhere?lang=en", headers={"Accept": "text/html,*/*;q=0.8"}) as response:
        assert (response.status, response.content_type) == (404, "text/html")
        assert "There is nothing at this address." in await response.text()
    async with client.get("/nowhere") as response:
        assert (response.status, (await response.json())["code"]) == (404, "not_found")


async def _raw(room: WebRoom) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", int(room.url.rsplit(":", 1)[1].strip("/")))
