"""Calls of the worker processes, whose failures become what a member or an organiser is told."""

from typing import Any

from bot.core.errors import ModelError, PictureError
from bot.sandbox.plain_answers import CallFailed
from bot.sandbox.workers import WorkerLate, WorkerLost, Workers, WorkersBusy

_ERRORS = {kind.__name__: kind for kind in (PictureError, ModelError)}


async def ask(workers: Workers, returns: Any, module: str, function: str, *args: object, is_big: bool = False) -> Any:
    """Have a function called, as `Workers.call`.

    Raises PictureError: `busy` where the line is too long, `too_slow`, `broken` where the process crashed; PictureError
    and ModelError as the function raises them, CallFailed where it raises another error.
    """
    try:
        return await workers.call(returns, module, function, *args, is_big=is_big)
    except WorkersBusy as error:
        raise PictureError("too many pictures at once: try again in a moment", "busy") from error
    except WorkerLate as error:
        raise PictureError("the picture takes too long to read: send a smaller one", "too_slow") from error
    except WorkerLost as error:
        raise PictureError("the picture is damaged: send it again", "broken") from error
    except CallFailed as error:
        if error.kind in _ERRORS:
            raise _ERRORS[error.kind](error.sentence, error.code) from error
        raise
