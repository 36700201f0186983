"""A configuration that is there already, and the answers that it holds."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.config import Settings, load_settings
from bot.core.errors import ConfigurationError
from bot.first_evening.answers import Answers, Platform


def settings_in(file: Path) -> Settings | None:
    """Return the settings that are there; None where there are none, or none that the bot could read."""
    try:
        return load_settings(file) if file.exists() else None
    except ConfigurationError:
        return None


def answers_of(settings: Settings) -> Answers:
    """Return what these settings answer: the reverse of `configuration`."""
    groups = [source.group for source in settings.sources if source.group and "," not in source.group]
    answers = Answers(
        locale=settings.community.locale,
        group=groups[0] if groups else None,
        name=settings.community.name if "name" in settings.community.model_fields_set else None,
        discord_channels=_channels(settings, "discord"),
        slack_channels=_channels(settings, "slack"),
        site_url=settings.reports.site_url,
        api_key=settings.connpass.api_key.get_secret_value() or None,
        discord_token=settings.discord.token.get_secret_value() or None,
        slack_bot_token=settings.slack.bot_token.get_secret_value() or None,
        slack_app_token=settings.slack.app_token.get_secret_value() or None,
    )
    return replace(answers, platforms=answers.platforms_with_tokens())


def _channels(settings: Settings, platform: Platform) -> Mapping[str, str]:
    return {room.channel: "" for room in settings.rooms if room.platform == platform}
