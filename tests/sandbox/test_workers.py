"""Other processes, a line in front of them, and what comes back."""

import asyncio
import io
import os
import pickle
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pytest

from bot.sandbox import plain_answers
from bot.sandbox.plain_answers import CallFailed, read_answer, write_failure, write_result
from bot.sandbox.workers import LONGEST_LINE, Kind, WorkerLate, WorkerLost, Workers, WorkersBusy

PATIENT = 300.0  # seconds: a test machine is shared
ANSWERS = 3  # where a worker writes: what it opens first


@pytest.fixture
async def workers() -> AsyncIterator[Workers]:
    workers = Workers(most=1, takes=PATIENT)
    yield workers
    workers.close()


async def test_what_unfolds_into_gigabytes_meets_a_limit_before_the_machine_does(workers: Workers) -> None:
    with pytest.raises(CallFailed, match="MemoryError"):
        await workers.call(bytes, "builtins", "bytearray", 1_000_000_000)
    assert await workers.call(int, "builtins", "len", b"12") == 2


async def test_a_line_that_is_too_long_is_refused_and_later_open_again(workers: Workers) -> None:
    waiting = [asyncio.create_task(workers.call(int, "os", "getpid")) for _ in range(LONGEST_LINE)]
    await asyncio.sleep(0)
    with pytest.raises(WorkersBusy):
        await workers.call(int, "os", "getpid")
    (process,) = set(await asyncio.gather(*waiting))
    assert process != os.getpid()
    assert await workers.call(int, "os", "getpid") == process


async def test_a_call_that_does_not_end_is_ended_and_the_next_answered() -> None:
    workers = Workers(most=1, takes=0.2)
    with pytest.raises(WorkerLate):
        await workers.call(None, "signal", "pause")
    workers._takes = PATIENT
    assert await workers.call(int, "builtins", "len", b"12") == 2
    workers.close()


async def test_a_process_that_crashes_takes_only_its_own_call_along(workers: Workers) -> None:
    with pytest.raises(WorkerLost):
        await workers.call(None, "os", "abort")
    assert await workers.call(int, "builtins", "len", b"12") == 2


async def test_a_worker_that_ends_between_two_calls_is_replaced(workers: Workers) -> None:
    with pytest.raises(WorkerLost):
        await workers.call(None, "os", "_exit", 3)
    assert await workers.call(int, "os", "getpid") > 0


async def test_the_first_call_waits_for_the_process_that_is_being_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sandbox.workers.SOON", PATIENT)
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        workers.start("os", "setsid")
        assert await workers.call(int, "os", "getsid", 0) != os.getsid(0)


async def test_an_error_of_the_work_is_told_here(workers: Workers) -> None:
    with pytest.raises(CallFailed, match="ValueError: invalid literal") as failed:
        await workers.call(int, "builtins", "int", "x")
    assert (failed.value.kind, failed.value.code) == ("ValueError", "")


async def test_before_a_big_call_processes_without_work_are_ended() -> None:
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        await asyncio.gather(*(workers.call(None, "time", "sleep", 0.2) for _ in range(2)))
        assert len(workers._all) == 2
        await workers.call(int, "os", "getpid", is_big=True)
        assert len(workers._all) == 1


async def test_a_big_call_waits_until_it_is_alone_and_nothing_overtakes_it() -> None:
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        before, _ = await asyncio.gather(workers.call(float, "time", "time"), workers.call(None, "time", "sleep", 0.2))
        long = asyncio.create_task(workers.call(None, "time", "sleep", 0.4))
        await asyncio.sleep(0.1)
        began = time.time()
        big = asyncio.create_task(workers.call(None, "time", "sleep", 0.2, is_big=True))
        await until(lambda: bool(workers._line._waiting))
        after = await workers.call(float, "time", "time")
        assert long.done()
        assert before < began < after - 0.2
        await asyncio.gather(long, big)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls count as slow after a tenth of a second."""
    monkeypatch.setattr("bot.sandbox.workers.SLOW", 0.1)
    monkeypatch.setattr("bot.sandbox.workers.LOADS", 0.0)


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for what other threads do."""
    while not is_so():  # noqa: ASYNC110  # threads set no event of a loop
        await asyncio.sleep(0.01)


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(("has_answered", "kept"), [(True, 2), (False, 1)], ids=["stopped", "ended while it imports"])
async def test_of_two_calls_that_take_long_one_gives_way_to_who_waits_and_is_called_again(
    has_answered: bool, kept: int
) -> None:
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        if has_answered:
            await asyncio.gather(*(workers.call(None, "time", "sleep", 0.05) for _ in range(2)))
        slow = [asyncio.create_task(workers.call(None, "time", "sleep", 2.0)) for _ in range(2)]
        await until(lambda: [turn.is_slow for turn in workers._line._working] == [True, True])
        processes = set(workers._all)
        for _ in range(3):
            await workers.call(int, "os", "getpid")
        assert not any(call.done() for call in slow)
        await asyncio.gather(*slow)
        assert len(processes & workers._all) == kept


@pytest.mark.usefixtures("soon")
async def test_however_many_calls_take_long_who_waits_is_answered_before_them_and_all_are() -> None:
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        slow = [asyncio.create_task(workers.call(None, "time", "sleep", 0.7)) for _ in range(4)]
        await until(lambda: len(workers._line._working) == 2)
        await workers.call(int, "os", "getpid")
        assert sum(call.done() for call in slow) <= 1
        await asyncio.gather(*slow)


@pytest.mark.usefixtures("soon")
async def test_calls_that_take_long_keep_their_processes_while_nobody_waits() -> None:
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        processes = await asyncio.gather(*(workers.call(None, "time", "sleep", 0.4) for _ in range(2)))
        assert processes == [None, None]
        assert len(workers._all) == 2
        assert all(worker.is_alive for worker in workers._all)


@pytest.mark.usefixtures("soon")
async def test_a_big_call_does_not_wait_for_one_that_takes_long() -> None:
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        slow = asyncio.create_task(workers.call(None, "time", "sleep", 3.0))
        await until(lambda: any(turn.is_slow for turn in workers._line._working))
        await workers.call(int, "os", "getpid", is_big=True)
        assert not slow.done()
        await slow


async def test_a_process_serves_one_kind_of_call_and_makes_room_for_another() -> None:
    others = Kind("others", PATIENT, PATIENT)
    with closing(Workers(most=2, takes=PATIENT)) as workers:
        first = await workers.call(int, "os", "getpid")
        second = await workers.call(int, "os", "getpid", kind=others)
        assert first != second
        assert await workers.call(int, "os", "getpid", kind=others) == second
        assert await workers.call(int, "os", "getpid") == first
        await asyncio.gather(*(workers.call(None, "time", "sleep", 0.2) for _ in range(2)))
        assert [worker.kind for worker in workers._all] == [workers._usual] * 2
        assert await workers.call(int, "os", "getpid", kind=others) != second
        assert len(workers._all) == 2


async def test_a_process_that_need_not_be_kept_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.sandbox.workers.IDLE", 0.05)
    with closing(Workers(most=1, takes=PATIENT, keeps=0)) as workers:
        process = await workers.call(int, "os", "getpid")
        if (letting_go := workers._letting_go) is not None:
            await asyncio.to_thread(letting_go.join)
        assert not workers._all
        assert await workers.call(int, "os", "getpid") != process


async def test_a_close_ends_what_is_being_worked_on() -> None:
    workers = Workers(most=1, takes=PATIENT)
    process = await workers.call(int, "os", "getpid")
    hanging = asyncio.create_task(workers.call(None, "signal", "pause"))
    await asyncio.sleep(0)
    await asyncio.to_thread(workers.close)
    with pytest.raises((WorkerLost, WorkersBusy)):
        await hanging
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


class Trap:
    """Whoever unpickles it runs what it says."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise KeyError",)


@pytest.mark.parametrize(
    "said",
    [
        pickle.dumps((True, Trap())),
        b"\0\0\0\x05hello",
        b"\0\0\0\x0a[true, {}]",
        b"\xff\xff\xff\xff",
    ],
    ids=["pickle", "no JSON", "another type", "four gigabytes"],
)
async def test_a_worker_that_was_taken_over_can_only_answer_wrongly(workers: Workers, said: bytes) -> None:
    process = await workers.call(int, "os", "getpid")
    with pytest.raises(WorkerLost):
        await workers.call(int, "os", "write", ANSWERS, said)
    assert await workers.call(int, "os", "getpid") != process


async def test_what_is_no_answer_or_too_long_is_told_and_the_worker_goes_on(workers: Workers) -> None:
    with pytest.raises(CallFailed, match="cannot be an answer"):
        await workers.call(object, "builtins", "object")
    with pytest.raises(CallFailed, match="the answer has"):
        await workers.call(bytes, "builtins", "bytes", plain_answers.LARGEST_ANSWER)
    assert await workers.call(int, "builtins", "len", b"12") == 2


@dataclass(frozen=True, slots=True)
class Found:
    """Something to be told."""

    png: bytes
    places: dict[int, tuple[float, ...]]
    at: datetime | None = None


def test_data_comes_back_as_it_was() -> None:
    found = [Found(bytes(range(256)), {3: (float("inf"), 1.5)}, datetime.now(UTC)), Found(b"", {})]
    assert said_and_read(found, list[Found]) == found
    assert said_and_read({"a": np.float32(0.5), "b": np.int64(3)}, dict[str, float]) == {"a": 0.5, "b": 3}
    assert said_and_read(["が", "half \ud800"], tuple[str, ...]) == ("が", "half ?")
    assert said_and_read(frozenset({4}), frozenset[int]) == {4}


def test_an_error_is_told_in_bounds() -> None:
    stream = io.BytesIO()
    write_failure(stream, ValueError("x" * 100_000))
    stream.seek(0)
    with pytest.raises(CallFailed) as failed:
        read_answer(stream, None)
    assert len(str(failed.value)) < 3000


def said_and_read(value: object, kind: object) -> object:
    stream = io.BytesIO()
    write_result(stream, value)
    stream.seek(0)
    return read_answer(stream, kind)
