"""What the log says of Discord beside deliveries: connections that came back, servers that came and went."""

import discord
import structlog
from discord.ext import commands

log = structlog.get_logger()


def keep_log(client: commands.Bot) -> None:
    """Write one line for everything of a connection that somebody may look for later."""
    for listener in (_on_resumed, _on_guild_join, _on_guild_remove):
        client.add_listener(listener, listener.__name__.removeprefix("_"))


async def _on_resumed() -> None:
    log.info("discord resumed", lost="nothing")


async def _on_guild_join(guild: discord.Guild) -> None:
    log.info("discord server joined", server=guild.id)


async def _on_guild_remove(guild: discord.Guild) -> None:
    log.warning(
        "discord server left",
        server=guild.id,
        off="everything in its channels",
        next="invite the bot again if that was a mistake; `check` prints the link",
    )
