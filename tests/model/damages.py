"""What becomes of a file that was whole once: a full disk, a copy that was cut off, a bad block."""

from collections.abc import Callable

import pytest

Damage = Callable[[bytes], bytes]


def _flip(content: bytes) -> bytes:
    return content[:5000] + bytes(byte ^ 0xFF for byte in content[5000:5200]) + content[5200:]


DAMAGES = [
    pytest.param(lambda content: b"", id="empty"),
    pytest.param(lambda content: content[: len(content) // 2], id="cut"),
    pytest.param(_flip, id="flipped"),
    pytest.param(lambda content: content.replace(b"\x08\x00", b"\x63\x00"), id="packed in an unknown way"),
]
