"""Pictures that members show in Discord: which those of a message are, fetched at once, and fetched again."""

import asyncio

import aiohttp
import discord

from bot.core.errors import PictureError
from bot.core.problems.pictures import NotFetched, TooLarge
from bot.handwriting.ports.recognition import LARGEST_UPLOAD

DOWNLOAD_TAKES = 20.0  # seconds
_PHONE_PICTURES = (".heic", ".heif", ".avif")  # Discord does not always know their type


def pictures_of(message: discord.Message) -> list[discord.Attachment]:
    """Return the pictures of a message; every attachment if none looks like one, to be told so."""
    return [one for one in message.attachments if is_picture(one)] or message.attachments


def is_picture(attachment: discord.Attachment) -> bool:
    """Whether this looks like a picture, by its type or its name."""
    kind = attachment.content_type or ""
    return kind.startswith("image/") or attachment.filename.lower().endswith(_PHONE_PICTURES)


async def fetched(pictures: list[discord.Attachment]) -> list[bytes | PictureError]:
    """Fetch the pictures, in order, at once: their addresses expire."""
    return [await content_of(one) for one in pictures]


async def content_of(picture: discord.Attachment) -> bytes | PictureError:
    """Fetch a picture, or return why it cannot be fetched."""
    if picture.size > LARGEST_UPLOAD:
        return PictureError(TooLarge(detail=f"{picture.size} bytes"))
    try:
        async with asyncio.timeout(DOWNLOAD_TAKES):
            return await picture.read()
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        return PictureError(NotFetched(detail=str(error)))


async def message_again(client: discord.Client, channel_id: int, message_id: int) -> discord.Message | None:
    """Return a message by its id; None if it is gone, or not for the bot to see."""
    try:
        return await client.get_partial_messageable(channel_id).fetch_message(message_id)
    except (discord.NotFound, discord.Forbidden):
        return None
