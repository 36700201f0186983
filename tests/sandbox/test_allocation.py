"""A process that has held large pictures gives their memory back."""

import platform
import subprocess
import sys

import pytest

HOLDS_WHAT_A_STRANGER_SENT = """
import sys
from pathlib import Path
if "settled" in sys.argv:
    from bot.sandbox.allocation import give_back_freed_memory
    give_back_freed_memory()

def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 >> 20

before = megabytes()
for _ in range(3):
    large = bytearray(b"x") * (20 << 20)
    del large  # glibc now takes blocks of this size for common
pictures = [bytearray(b"x") * (4 << 20) for _ in range(20)]
kept = bytearray(b"x") * (2 << 20)  # lies above them
del pictures
print(megabytes() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc is told how to give back")
def test_memory_freed_below_what_is_kept_goes_back_to_the_system() -> None:
    assert _megabytes_kept("as it is") > 50, "the trap does not work any more"
    assert _megabytes_kept("settled") < 10


def _megabytes_kept(how: str) -> int:
    command = [sys.executable, "-c", HOLDS_WHAT_A_STRANGER_SENT, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
