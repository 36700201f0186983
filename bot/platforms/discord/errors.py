"""What Discord answers when it does not do what it was asked, as a problem that names the remedy."""

from functools import partial

import discord

from bot.core.errors import MemberUnreachable, RoomRefused, SendError, SendRefused
from bot.core.problems import platforms as problems
from bot.core.problems.base import NoAnswer, Problem

MESSAGE_GONE, HAS_THREAD = 10008, 160004
_OF_THE_ROOM = (10003, 10004, 50001, 50013)  # channel or server gone, no access, no permission
_CLOSED_TO_US = (50007, 50278)  # the member takes no direct messages: at all, or since we share no server
_AUTHENTICATION_FAILED = 4004  # a close code of the gateway
_PROBLEMS = {
    10003: problems.ChannelGone,
    10004: problems.ChannelGone,
    50001: problems.ChannelHidden,
    50013: problems.PermissionMissing,
    30038: problems.CalendarFull,
    MESSAGE_GONE: problems.MessageGone,
}


def explained(place: str, error: discord.HTTPException) -> SendError:
    """Tell a no for good (Discord names its reason by a code) from trouble that passes (an error page has none).

    What an administrator took from the bot may be given back: until then all that is due in the room waits.
    """
    said = f"Discord answered {error.status} ({_reason(error)})"
    if error.code in _CLOSED_TO_US:
        return MemberUnreachable(problems.NoDirectMessages(where=place, detail=said))
    if error.status in (400, 403, 404) and error.code:
        problem = _PROBLEMS.get(error.code, partial(problems.Refused, "Discord", f"code {error.code}"))
        kind = RoomRefused if error.code in _OF_THE_ROOM else SendRefused
        return kind(problem(where=place, detail=said))
    if error.status == 401:
        return RoomRefused(problems.TokenRefused("discord.token", where=place, detail=said))
    return SendError(NoAnswer(where="Discord", detail=f"{said} for {place}"))


def _reason(error: discord.HTTPException) -> str:
    return f"{error.text[:200]}, code {error.code}" if error.text else "no reason given"


def why_it_ended(error: BaseException | None) -> Problem:
    """Return why a connection ended for good."""
    if is_bad_token(error):
        return problems.TokenRefused("discord.token")
    if isinstance(error, AttributeError):  # where a first connect fails, discord.py stumbles over its own clean-up
        error = error.__context__
    detail = f"{type(error).__name__}: {error}" if error else "it closed the connection"
    return problems.NotConnected(where="Discord", detail=detail)


def is_bad_token(error: BaseException | None) -> bool:
    """Whether the token itself is refused."""
    closed = isinstance(error, discord.ConnectionClosed) and error.code == _AUTHENTICATION_FAILED
    return closed or isinstance(error, discord.LoginFailure)
