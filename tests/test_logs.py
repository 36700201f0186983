"""What the log makes of the libraries' own records."""

import asyncio
import logging

import aiohttp
import pytest

from bot.logs import hide_secrets, leave_out_members, shorten


def a_record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    caught = (type(error), error, None) if error else None
    return logging.LogRecord("discord.client", logging.ERROR, "", 0, message, arguments, caught)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", [ConnectionResetError("cut\noff"), aiohttp.ClientError("cut\noff"), TimeoutError()])
def test_a_failing_network_is_one_line(error: Exception) -> None:
    record = a_record("Attempting a reconnect in %.2fs", 1.5, error=error)
    assert shorten(record)
    said = logging.Formatter().format(record)
    assert "\n" not in said
    assert said.startswith(f"Attempting a reconnect in 1.50s ({type(error).__name__}: ")


def test_a_fault_of_our_own_keeps_its_traceback() -> None:
    record = a_record("Ignoring exception", error=KeyError("event"))
    assert shorten(record)
    assert "KeyError: 'event'" in logging.Formatter().format(record)


def test_the_token_of_an_answer_is_hidden() -> None:
    record = a_record("PATCH %s responded with 429", "https://discord.test/webhooks/900/secret/messages/@original")
    shorten(record)
    assert record.getMessage() == "PATCH https://discord.test/webhooks/900/…/messages/@original responded with 429"


def test_the_ticket_of_a_socket_is_hidden_wherever_it_stands() -> None:
    address = "wss://wss-primary.slack.test/link/?ticket=secret&app_id=A1"
    record = a_record("Failed to connect to %s", address, error=aiohttp.ClientError(f"refused: {address}"))
    shorten(record)
    assert "secret" not in logging.Formatter().format(record)
    assert record.getMessage().count("ticket=…&app_id=A1") == 2


def test_the_password_of_an_address_is_hidden() -> None:
    for address in ("postgresql://tsudoi:secret@db/tsudoi", "http://me:secret@proxy:3128", "https://secret@hook/"):
        record = a_record("Cannot connect to %s", address, error=OSError(address))
        shorten(record)
        assert "secret" not in logging.Formatter().format(record)
        assert record.getMessage().count("://…@") == 2
        assert hide_secrets(None, "warning", {"event": "x", "reason": address, "count": 1})["reason"].count("…") == 1


def test_what_a_stop_cancels_is_no_news() -> None:
    assert not shorten(a_record("Error running job", error=asyncio.CancelledError()))


def test_whose_direct_messages_a_room_is_stays_out() -> None:
    assert leave_out_members(None, "info", {"room": "discord:@77"}) == {"room": "discord:@…"}
    assert leave_out_members(None, "info", {"room": "discord:77"}) == {"room": "discord:77"}
