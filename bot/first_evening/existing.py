"""A configuration that is there already: its answers, and what of it an evening does not ask."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from bot.config import Settings, load_settings
from bot.core.rooms import LOCAL
from bot.errors import ConfigurationError
from bot.first_evening.answers import Answers, Platform

_ASKED = {
    "community": {"name", "locale"},
    "connpass": {"api_key"},
    "reports": {"site_url"},
    "discord": {"token"},
    "slack": {"bot_token", "app_token"},
}


def settings_in(file: Path) -> Settings | None:
    """Return the settings that are there; None where there are none, or none that the bot could read."""
    try:
        return load_settings(file) if file.exists() else None
    except ConfigurationError:
        return None


def answers_of(settings: Settings) -> Answers:
    """Return what these settings answer: the reverse of `configuration`."""
    groups = [one.group for one in settings.sources if one.group and "," not in one.group]
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


def left_out(before: Settings, after: Settings) -> list[str]:
    """Return the names of what stands in one configuration and not in the next, because nobody is asked for it."""
    chosen = {(room.platform, room.channel) for room in after.rooms}
    rooms = tuple(one for one in before.rooms if one.platform == LOCAL or (one.platform, one.channel) in chosen)
    old, new = _unasked(before.model_copy(update={"rooms": rooms})), dict(_unasked(after))
    return [name for name, value in old if new.get(name) != value]


def _unasked(settings: Settings) -> Iterator[tuple[str, object]]:
    for section, content in settings.model_dump(exclude={"sources": True, "rooms": True, **_ASKED}).items():
        yield from ((f"{section}.{key}", value) for key, value in content.items())
    for source in settings.sources:
        yield f"[[sources]] {source.name}", source.model_dump(exclude={"kind"})
    for room in settings.rooms:
        content = room.model_dump(exclude={"platform", "channel"})
        yield from ((f"[[rooms]] {room.channel} {key}", value) for key, value in content.items())
