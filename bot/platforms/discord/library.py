"""How discord.py itself is set: to which server it speaks, and of what it need not warn."""

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.config import DiscordSettings

# Nothing here speaks: the library need not warn at each start that its parts for voice are missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


def point_elsewhere(settings: DiscordSettings) -> None:
    """Let discord.py speak to the configured server instead of Discord's own."""
    if settings.api_url:
        Route.BASE = settings.api_url.rstrip("/")
    if settings.gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.gateway_url)
