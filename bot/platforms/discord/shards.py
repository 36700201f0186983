"""One bot in several processes: each holds some of the shards that Discord's servers are spread over."""

from typing import Any

from discord.ext import commands

from bot.config import DiscordSettings
from bot.platforms.discord.client import TsudoiClient


class ShardedClient(TsudoiClient, commands.AutoShardedBot):
    """Several shards in one process."""


def client_for(settings: DiscordSettings) -> tuple[type[TsudoiClient], dict[str, Any]]:
    """Return the client that holds this process's shards, and the options that say which these are.

    A single connection is supervised more closely than several, so one shard gets an ordinary client.
    """
    mine = settings.shard_ids or tuple(range(settings.shards))
    if len(mine) == 1:
        return TsudoiClient, {"shard_id": mine[0], "shard_count": settings.shards}
    return ShardedClient, {"shard_ids": list(mine), "shard_count": settings.shards}
