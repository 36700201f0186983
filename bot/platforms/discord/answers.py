"""How answers reach members in Discord: once, also where what Discord says to them gets lost on the way."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import aiohttp
import discord
import structlog

from bot.core.messages import Message
from bot.platforms.discord.render import Post, render, render_plain

log = structlog.get_logger()

Answered = TypeVar("Answered")

REPEATS = (0.5, 2.0)  # seconds before Discord is asked again; discord.py does so itself after 500, 502 and 504
ACKNOWLEDGED, NO_PERMISSION, EMPTY = 40060, 50013, 50006
CUT_OFF = (aiohttp.ClientError, OSError)


async def repeated(ask: Callable[[], Awaitable[Answered]]) -> Answered:
    """Ask again where no answer came; what is asked must be such that it counts once. Raises what it raises in vain."""
    for wait in REPEATS:
        try:
            return await ask()
        except (discord.DiscordServerError, *CUT_OFF) as error:
            log.info("discord gave no answer", reason=str(error) or type(error).__name__, next="asked again")
        await asyncio.sleep(wait)
    return await ask()


async def acknowledged(defer: Callable[[], Awaitable[object]]) -> None:
    """Ask for time to answer in; that it was given already is known by what Discord says the second time."""
    try:
        await repeated(defer)
    except discord.HTTPException as error:
        if error.code != ACKNOWLEDGED:
            raise


async def post(
    there: discord.abc.Messageable, message: Message, reference: discord.MessageReference | None = None
) -> None:
    """Post an answer, in plain text where the bot may not embed. Under its nonce Discord takes it once."""
    send = partial(_send, there, message, secrets.token_hex(12), reference)
    if not _may_embed(there):
        await send(render_plain)
        return
    try:
        await send(render)
    except discord.HTTPException as error:
        if error.code not in (NO_PERMISSION, EMPTY):
            raise
        await send(render_plain)


async def _send(
    there: discord.abc.Messageable,
    message: Message,
    nonce: str,
    reference: discord.MessageReference | None,
    shown: Callable[[Message], Post],
) -> None:
    await repeated(lambda: there.send(**shown(message), nonce=nonce, reference=reference))  # type: ignore[arg-type]


def _may_embed(there: discord.abc.Messageable) -> bool:
    if not isinstance(there, discord.abc.GuildChannel | discord.Thread):
        return True
    return there.permissions_for(there.guild.me).embed_links
