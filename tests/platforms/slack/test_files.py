"""Members' pictures: fetched with the bot's token from Slack alone, waited for, and told apart from what is none."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from pydantic import SecretStr

from bot.config import SlackSettings
from bot.core.errors import PictureError
from bot.handwriting.ports.recognition import LARGEST_UPLOAD
from bot.platforms.slack import files as slack_files
from bot.platforms.slack.files import SlackFiles, is_picture, pictures_of
from bot.platforms.slack.web import SlackWeb
from tests.support.slack_answers import settings_of
from tests.support.slack_facts import CHANNEL
from tests.support.slack_server import Fault, SlackServer, Trouble

PNG = b"\x89PNG picture"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackServer]:
    monkeypatch.setattr(slack_files, "LOOKS", (0.0, 0.0, 0.0))
    with SlackServer() as server:
        yield server
        assert server.problems == []


@pytest.fixture
async def files(server: SlackServer) -> AsyncIterator[SlackFiles]:
    settings = settings_of(server)
    web = SlackWeb(settings)
    async with web.open():
        yield SlackFiles(web, settings)


def uploaded(server: SlackServer, content: bytes = PNG, name: str = "a.png") -> dict[str, Any]:
    return dict(server.say(CHANNEL, "", files=[(name, content)])["files"][0])


def code_of(picture: bytes | PictureError) -> str:
    assert isinstance(picture, PictureError)
    return picture.code


async def test_the_pictures_of_a_message_come_in_order(server: SlackServer, files: SlackFiles) -> None:
    message = server.say(CHANNEL, "", files=[("a.png", PNG), ("b.png", PNG + b"2")])
    assert await files.pictures(message["files"]) == [PNG, PNG + b"2"]


@pytest.mark.parametrize("fault", [Fault.ERROR_BEFORE, Fault.UNAVAILABLE_BEFORE])
async def test_a_download_that_fails_is_tried_again(server: SlackServer, files: SlackFiles, fault: Fault) -> None:
    server.troubles.append(Trouble("download", fault))
    assert await files.picture(uploaded(server)) == PNG


async def test_what_slack_works_on_is_waited_for_but_not_for_ever(server: SlackServer, files: SlackFiles) -> None:
    server.world.file_polls = 2
    assert await files.picture(uploaded(server)) == PNG
    server.world.file_polls = 99
    assert code_of(await files.picture(uploaded(server))) == "not_fetched"


async def test_a_sign_in_page_is_no_picture(server: SlackServer, files: SlackFiles) -> None:
    file = uploaded(server)
    server.world.app.scopes.remove("files:read")
    assert code_of(await files.picture(file)) == "not_fetched"
    assert len(server.downloads) == 1


async def test_a_file_that_is_too_large_is_not_even_asked_for(server: SlackServer, files: SlackFiles) -> None:
    assert code_of(await files.picture({**uploaded(server), "size": LARGEST_UPLOAD + 1})) == "too_large"
    assert server.downloads == []


async def test_a_file_that_was_deleted_is_gone(server: SlackServer, files: SlackFiles) -> None:
    assert code_of(await files.picture({"id": "F0123456789", "mode": "tombstone"})) == "not_fetched"


@pytest.mark.parametrize("address", ["http://evil.example/a.png", "https://files.slack.com.evil.example/a.png"])
async def test_nobody_else_is_shown_the_token(server: SlackServer, files: SlackFiles, address: str) -> None:
    file = {**uploaded(server), "url_private_download": address}
    assert code_of(await files.picture(file)) == "not_fetched"


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.png", True),
        ("http://files.slack.com/files-pri/T1-F1/download/a.png", False),
        ("https://evilslack.com/a.png", False),
        ("https://slack.com.evil.example/a.png", False),
    ],
)
def test_slacks_own_addresses_are_known(address: str, home: bool) -> None:
    settings = SlackSettings(bot_token=SecretStr("xoxb-1"))
    assert SlackFiles(SlackWeb(settings), settings)._is_home(address) is home


def test_pictures_are_known_by_type_or_name() -> None:
    photo, phone, text = {"mimetype": "image/png"}, {"name": "IMG_1.HEIC"}, {"mimetype": "text/plain", "name": "a.txt"}
    untyped, named = {"filetype": "jpg"}, {"name": "scan.PNG"}
    assert [is_picture(one) for one in (photo, phone, text, untyped, named)] == [True, True, False, True, True]
    assert pictures_of([photo, text]) == [photo]
    assert pictures_of([text]) == [text]


async def test_a_file_of_which_slack_names_only_the_kind_is_not_waited_for(
    server: SlackServer, files: SlackFiles
) -> None:
    shown = {
        name: value for name, value in uploaded(server).items() if name not in ("mimetype", "url_private_download")
    }
    assert await files.picture(shown) == PNG
    assert [call for call in server.calls if call.method == "files.info"] == []
