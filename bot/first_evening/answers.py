"""What an organiser answers, where an answer comes from, and how it outlives a Ctrl-C."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from bot.core.errors import ConfigurationError

Platform = Literal["discord", "slack"]
EventList = Literal["new", "all", "none"]  # which events stand in Discord's own list: those announced from now on
PLATFORMS: tuple[Platform, ...] = ("discord", "slack")
Channel = tuple[Platform, str, str]  # with its id, and what people call it
SECRETS = {  # by answer: the variable that the bot itself reads, too
    "api_key": "TSUDOI_CONNPASS__API_KEY",
    "discord_token": "TSUDOI_DISCORD__TOKEN",
    "slack_bot_token": "TSUDOI_SLACK__BOT_TOKEN",
    "slack_app_token": "TSUDOI_SLACK__APP_TOKEN",
}
_TOKENS_OF: dict[Platform, tuple[str, ...]] = {
    "discord": ("discord_token",),
    "slack": ("slack_bot_token", "slack_app_token"),
}


@dataclass(frozen=True)
class Answers:
    """None: not answered; empty: answered with nothing. `channels` have their ids, and what people call them."""

    locale: str | None = None
    group: str | None = None
    name: str | None = None
    platforms: tuple[Platform, ...] | None = None
    discord_channels: Mapping[str, str] | None = None
    slack_channels: Mapping[str, str] | None = None
    site_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    discord_token: str | None = field(default=None, repr=False)
    slack_bot_token: str | None = field(default=None, repr=False)
    slack_app_token: str | None = field(default=None, repr=False)
    event_list: EventList | None = None

    def channels(self, platform: Platform) -> Mapping[str, str]:
        """Return the channels in which it shall speak there."""
        chosen = {"discord": self.discord_channels, "slack": self.slack_channels}[platform]
        return chosen or {}

    def secrets(self) -> set[str]:
        """Return the names of the secrets that were given."""
        return {name for name in SECRETS if getattr(self, name)}

    def platforms_with_tokens(self) -> tuple[Platform, ...]:
        """Return the platforms of which every token was given."""
        return tuple(platform for platform, tokens in _TOKENS_OF.items() if self.secrets().issuperset(tokens))


def secrets_in_environment() -> dict[str, str]:
    """Return the secrets that the bot will read from the environment when it runs."""
    return {name: value for name, variable in SECRETS.items() if (value := os.environ.get(variable, "").strip())}


def secret_in(file: Path) -> str:
    """Read a secret from a file of its own. Raises ConfigurationError, which does not repeat it."""
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = f"cannot be read ({type(error).__name__})"
        raise ConfigurationError(f"{file}: {reason}; give the file that holds the secret") from None
    if not secret:
        raise ConfigurationError(f"{file}: is empty; put the secret there")
    return secret


@dataclass(frozen=True)
class Draft:
    """The answers so far, beside the configuration, readable by nobody else: a stopped evening goes on from here."""

    file: Path

    def keep(self, answers: Answers, from_environment: Mapping[str, str]) -> None:
        """Write what was answered, except for what the environment says anyway. Raises ConfigurationError."""
        left_out = {name for name in from_environment if getattr(answers, name) == from_environment[name]}
        said = {field.name: getattr(answers, field.name) for field in fields(answers) if field.name not in left_out}
        kept = {name: value for name, value in said.items() if value is not None}
        write_privately(self.file, json.dumps(kept, ensure_ascii=False).encode())

    def read(self) -> Answers | None:
        """Return what was kept; None where there is nothing to go on from."""
        try:
            kept: dict[str, Any] = json.loads(self.file.read_text(encoding="utf-8"))
            kept["platforms"] = tuple(kept["platforms"]) if "platforms" in kept else None
            return Answers(**kept)
        except (OSError, ValueError, TypeError, AttributeError):
            return None

    def drop(self) -> None:
        """Forget the answers: they stand in the configuration now."""
        self.file.unlink(missing_ok=True)


def write_privately(file: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a whole file or nothing, with these rights from its first byte on. Raises ConfigurationError."""
    new = file.with_name(f"{file.name}.new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        new.replace(file)
    except OSError as error:
        raise ConfigurationError(
            f"{file}: cannot be written ({error.strerror}); give another place with --config"
        ) from error
    finally:
        new.unlink(missing_ok=True)  # it may hold a secret
