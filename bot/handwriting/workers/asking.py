"""Calls of the worker processes, whose failures become what a member or an organiser is told."""

from typing import Any

from bot.core.errors import ModelError, PictureError
from bot.core.problems.pictures import KINDS, Broken, Busy, TooSlow
from bot.sandbox.plain_answers import CallFailed
from bot.sandbox.workers import WorkerLate, WorkerLost, Workers, WorkersBusy


async def ask(workers: Workers, returns: Any, module: str, function: str, *args: object, is_big: bool = False) -> Any:
    """Have a function called, as `Workers.call`.

    Raises PictureError: `busy` where the line is too long, `too_slow`, `broken` where the process crashed; PictureError
    and ModelError as the function raises them, CallFailed where it raises another error.
    """
    try:
        return await workers.call(returns, module, function, *args, is_big=is_big)
    except WorkersBusy as error:
        raise PictureError(Busy()) from error
    except WorkerLate as error:
        raise PictureError(TooSlow()) from error
    except WorkerLost as error:
        raise PictureError(Broken()) from error
    except CallFailed as error:
        if error.kind == PictureError.__name__:
            raise PictureError(KINDS.get(error.code, Broken)()) from error
        if error.kind == ModelError.__name__:
            raise ModelError(error.sentence, error.code) from error
        raise
