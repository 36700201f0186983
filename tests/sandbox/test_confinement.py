"""What a process that opens strangers' bytes cannot do, tried in a real one."""

import mmap
import os
import resource
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import bot
from bot.sandbox.confinement import clean_environment, missing_protections
from bot.sandbox.plain_answers import CallFailed
from bot.sandbox.serving import MOST_EVER, MOST_MEMORY
from bot.sandbox.workers import Worker, Workers

needs_protection = pytest.mark.skipif(bool(missing_protections()), reason="this system has no Landlock or no seccomp")
GROWS_DOWNWARDS = 0x100  # MAP_GROWSDOWN
ROOT = Path(bot.__file__).parents[1]


@pytest.fixture
async def workers(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workers]:
    monkeypatch.setenv("TSUDOI_DISCORD__TOKEN", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    workers = Workers(most=1, takes=300.0)
    yield workers
    workers.close()


async def test_it_has_no_tokens(workers: Workers) -> None:
    environment = await workers.call(dict[str, str], "os", "environ.copy")
    assert "secret" not in "".join(environment.values())
    assert "PATH" in environment


def test_what_libraries_need_of_the_environment_stays() -> None:
    given = {"PATH": "/bin", "LC_ALL": "C", "OPENBLAS_CORETYPE": "Haswell", "TSUDOI_SLACK__BOT_TOKEN": "xoxb"}
    assert clean_environment(given) == {name: given[name] for name in ("PATH", "LC_ALL", "OPENBLAS_CORETYPE")}


@needs_protection
@pytest.mark.parametrize("file", ["/etc/passwd", "config.toml", "README.md"])
async def test_it_reads_no_file_but_the_program(workers: Workers, tmp_path: Path, file: str) -> None:
    own = tmp_path / "config.toml"
    own.write_text("[discord]\n")
    place = own if file == "config.toml" else ROOT / file
    with pytest.raises(CallFailed, match="PermissionError"):
        await workers.call(bytes, "pathlib", "Path.read_bytes", place)
    assert await workers.call(bytes, "pathlib", "Path.read_bytes", ROOT / "bot" / "__init__.py")


@needs_protection
async def test_it_writes_nothing(workers: Workers, tmp_path: Path) -> None:
    with pytest.raises(CallFailed, match="PermissionError"):
        await workers.call(int, "pathlib", "Path.write_bytes", tmp_path / "left behind", b"x")


@needs_protection
async def test_it_reaches_no_network_and_starts_no_program(workers: Workers) -> None:
    for module, function, *args in (
        ("socket", "socket", socket.AF_INET, socket.SOCK_DGRAM),
        ("socket", "create_connection", ("127.0.0.1", 9)),
        ("os", "execv", "/bin/true", ["true"]),
        ("os", "kill", os.getpid(), 0),
    ):
        with pytest.raises(CallFailed, match="PermissionError"):
            await workers.call(None, module, function, *args)


@needs_protection
async def test_it_changes_nothing_about_files_and_processes_that_are_not_its_own(
    workers: Workers, tmp_path: Path
) -> None:
    database = tmp_path / "tsudoi.db"
    database.touch(0o600)
    for module, function, *args in (
        ("os", "chmod", database, 0o666),
        ("os", "utime", database, (0, 0)),
        ("os", "setxattr", database, "user.mark", b"x"),
        ("os", "setpriority", 0, os.getpid(), os.getpriority(0, os.getpid())),
        ("os", "sched_setaffinity", os.getpid(), os.sched_getaffinity(0)),
        ("resource", "prlimit", os.getpid(), 4),
        ("os", "fork"),
    ):
        with pytest.raises(CallFailed, match="PermissionError"):
            await workers.call(object, module, function, *args)
    assert database.stat().st_mode & 0o777 == 0o600


@needs_protection
async def test_it_has_no_memory_that_is_not_counted_and_raises_no_limit(workers: Workers) -> None:
    await workers.call(int, "os", "getpid")
    for module, function, *args in (
        ("os", "memfd_create", "hoard"),
        ("mmap", "mmap", -1, 1 << 20),  # shared, as Python has it where nothing else is said
        ("mmap", "mmap", -1, 1 << 20, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | GROWS_DOWNWARDS),
        ("socket", "socketpair"),
    ):
        with pytest.raises(CallFailed, match="PermissionError"):
            await workers.call(object, module, function, *args)
    forever = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    with pytest.raises(CallFailed, match="ValueError"):  # as root, too
        await workers.call(None, "resource", "setrlimit", resource.RLIMIT_DATA, forever)
    soft, hard = await workers.call(tuple[int, int], "resource", "getrlimit", resource.RLIMIT_DATA)
    assert 0 < soft <= hard <= soft - MOST_MEMORY + MOST_EVER
    await workers.call(None, "resource", "setrlimit", resource.RLIMIT_DATA, (hard, hard))
    with pytest.raises(CallFailed, match="MemoryError"):
        await workers.call(int, "builtins", "bytearray", hard)


@needs_protection
@needs_protection
@pytest.mark.skipif(os.geteuid() != 0, reason="only root reads what is another's")
def test_as_root_it_still_reads_what_another_installed(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir(mode=0o700)
    os.chown(theirs, 12345, 12345)
    worker = Worker((str(theirs),))
    worker.wait_until_ready()
    assert worker.call(list[str], "os", "listdir", str(theirs), takes=20) == []
    worker.close()


@needs_protection
async def test_it_may_read_a_folder_that_it_was_given(workers: Workers, tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.write_bytes(b"weights")
    workers.prepare("os", "getpid", readable=(str(tmp_path),))
    assert await workers.call(bytes, "pathlib", "Path.read_bytes", model) == b"weights"
