"""How the process starts and ends."""

import asyncio
import signal

import pytest

from bot.app import running


async def test_where_the_loop_takes_no_signals_it_starts_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def add_signal_handler(number: signal.Signals, *callback: object) -> None:
        raise NotImplementedError  # as on Windows

    monkeypatch.setattr(asyncio.get_running_loop(), "add_signal_handler", add_signal_handler)
    running._stop_on_signals()
