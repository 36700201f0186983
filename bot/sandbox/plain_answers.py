"""How a worker process answers: as JSON of bounded length, checked against the type that was asked for.

Nothing in an answer is ever executed, as a pickle would be: whoever took over a worker through a stranger's file can
only answer wrongly. A frame is its length (4 bytes, big-endian), then `[true, result]` or `[false, failure]`. Bytes
travel as base64, dataclasses as objects.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import lru_cache
from numbers import Number
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LARGEST_ANSWER = 12 << 20  # bytes; the noisiest picture, shrunk, has ten million
_LONGEST_SENTENCE = 2000
_LENGTH = 4


class CallError(Exception):
    """A call came to nothing."""


class CallFailed(CallError):
    """The function raised something: `kind` is the name of its class, `code` the error's own where it has one."""

    def __init__(self, kind: str, sentence: str, code: str = "") -> None:
        super().__init__(f"{kind}: {sentence}")
        self.kind, self.sentence, self.code = kind, sentence, code


def write_result(stream: IO[bytes], result: object) -> None:
    """Answer with what a function returned. Raises ValueError or TypeError where it cannot be said, or is too long."""
    _write(stream, [True, result])


def write_failure(stream: IO[bytes], error: BaseException) -> None:
    """Answer with what a function raised."""
    sentence, code = str(error)[:_LONGEST_SENTENCE], str(getattr(error, "code", ""))
    _write(stream, [False, [type(error).__name__, sentence, code]])


def read_answer(stream: IO[bytes], returns: Any) -> Any:
    """Read one answer, of the type `returns` (what a function's annotation says). Blocks.

    Raises CallFailed with what the function raised, EOFError where the process is gone, ValueError where it is no such
    answer.
    """
    length = int.from_bytes(_exactly(stream, _LENGTH), "big")
    if length > LARGEST_ANSWER:
        raise ValueError(f"an answer of {length} bytes")
    is_result, said = _adapter(returns).validate_json(_exactly(stream, length))
    if not is_result:
        raise CallFailed(*said)
    return said


def _write(stream: IO[bytes], answer: object) -> None:
    packed = json.dumps(answer, ensure_ascii=False, default=_plain).encode("utf-8", "replace")
    if len(packed) > LARGEST_ANSWER:
        raise ValueError(f"the answer has {len(packed)} bytes")
    stream.write(len(packed).to_bytes(_LENGTH, "big") + packed)
    stream.flush()


def _plain(value: Any) -> object:
    """Return what JSON has no word for in words that it has."""
    if isinstance(value, bytes):
        return urlsafe_b64encode(value).decode("ascii")
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return list(value)
    if isinstance(value, Number):
        return value.item()  # type: ignore[attr-defined]  # of NumPy: all others JSON knows
    raise TypeError(f"a {type(value).__name__} cannot be an answer")


def _exactly(stream: IO[bytes], length: int) -> bytes:
    read = stream.read(length)
    if len(read) < length:
        raise EOFError
    return read


@lru_cache
def _adapter(returns: Any) -> "TypeAdapter[Any]":
    from typing import Literal

    from pydantic import ConfigDict, TypeAdapter  # here, not in the worker, which starts in a tenth of a second

    answer = tuple[Literal[True], returns] | tuple[Literal[False], tuple[str, str, str]]
    return TypeAdapter(answer, config=ConfigDict(val_json_bytes="base64"))
