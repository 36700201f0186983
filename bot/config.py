"""The settings: one typed object, read once from config.toml and the environment, every mistake found by its path."""

import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, SettingsError

from bot.core.durations import parse_duration
from bot.core.errors import ConfigurationError
from bot.core.logins import hide_logins, login_apart
from bot.events.rules.prefectures import PREFECTURES
from bot.reminders.rules.digests import parse_digest

DEFAULT_FILE = Path("config.toml")


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


def _zone(value: object) -> object:
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f'"{value}" is not a time zone; write "Asia/Tokyo"') from error


def _prefecture(value: str) -> str:
    if value not in PREFECTURES:
        nearest = get_close_matches(value, PREFECTURES, n=1)
        raise ValueError(
            f'"{value}" is not a prefecture of connpass' + (f'; did you mean "{nearest[0]}"?' if nearest else "")
        )
    return value


def _digest(value: str) -> str:
    if value:
        parse_digest(value)
    return value


def _address(value: str) -> str:
    if value and not re.fullmatch(r"(discord|slack):\w+", value):
        raise ValueError(f'"{value}" is no id on a platform; write "discord:234567890123456789" or "slack:U0123ABCD"')
    return value


def _id(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _groups(value: object) -> object:
    is_list = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
    return ",".join(value) if is_list else value  # type: ignore[arg-type]


Duration = Annotated[timedelta, BeforeValidator(_duration)]
PollInterval = Annotated[Duration, Field(ge=timedelta(seconds=1))]
Id = Annotated[str, BeforeValidator(_id), Field(min_length=1)]
Locale = Literal["ja", "en"]
Text = Annotated[str, Field(max_length=2000)]
Word = Annotated[str, Field(min_length=1, max_length=80)]


class Section(BaseModel):
    """A table of config.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class CommunitySettings(Section):
    """How the bot speaks of the group, in which language and zone, and who of it runs the bot.

    `operators` are addresses such as `discord:234567890123456789`; none: the organisers that [[rooms]] name.
    """

    name: Text = "Tsudoi"
    locale: Locale = "ja"
    timezone: Annotated[ZoneInfo, BeforeValidator(_zone)] = ZoneInfo("Asia/Tokyo")
    operators: tuple[Annotated[str, AfterValidator(_address)], ...] = ()


class StorageSettings(Section):
    """Where the database is."""

    url: str = "sqlite:///tsudoi.db"


class ConnpassSettings(Section):
    """The connpass API."""

    api_key: SecretStr = SecretStr("")
    base_url: str = "https://connpass.com/api/v2"
    poll_every: PollInterval = timedelta(minutes=15)


class SourceSettings(Section):
    """What to watch on connpass. `include` and `exclude` are words that an event has any of, or none of."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    kind: Literal["api", "feed"] = "api"
    group: Annotated[str, BeforeValidator(_groups)] | None = None  # several with commas between them
    keyword: str | None = None
    prefecture: Annotated[str, BeforeValidator(_prefecture)] | None = None
    owner: str | None = None
    include: tuple[Word, ...] = ()
    exclude: tuple[Word, ...] = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.group or self.keyword or self.prefecture or self.owner):
            raise ValueError("names nothing to watch; give one of group, keyword, prefecture, owner")
        if self.kind == "feed" and not self.group:
            raise ValueError('kind = "feed" needs a group, such as group = "tfug-utsunomiya"')
        return self


class ReportsSettings(Section):
    """The site on which the group publishes its reports; empty: no reports.

    `community` is the server or workspace whose site it is, such as `discord:123`; empty: that of [[rooms]].
    """

    site_url: str = ""
    community: Annotated[str, AfterValidator(_address)] = ""
    poll_every: PollInterval = timedelta(hours=1)

    @property
    def address(self) -> str:
        """The site's address as people may see it: without the login that `site_url` may have."""
        return login_apart(self.site_url)[0]


class RemindersSettings(Section):
    """How long before an event the rooms are reminded."""

    lead_times: tuple[Duration, ...] = (timedelta(days=7), timedelta(days=1), timedelta(hours=1))


class DiscordSettings(Section):
    """Discord; off while the token is empty. The addresses are for tests against another server.

    Above 2,500 servers Discord wants them spread over `shards`. `shard_ids` are those of this process; none: all.
    """

    token: SecretStr = SecretStr("")
    api_url: str = ""
    gateway_url: str = ""
    shards: Annotated[int, Field(ge=1)] = 1
    shard_ids: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _has_these_shards(self) -> Self:
        if any(not 0 <= number < self.shards for number in self.shard_ids):
            raise ValueError(f"shard_ids count from 0 to shards - 1, which is {self.shards - 1}")
        return self

    @property
    def share(self) -> float:
        """The part of all shards that this process holds, above 0 and up to 1."""
        return (len(set(self.shard_ids)) or self.shards) / self.shards

    @property
    def leads(self) -> bool:
        """Whether this process holds the first shard, and so does what several processes need done only once."""
        return not self.shard_ids or 0 in self.shard_ids


class SlackSettings(Section):
    """Slack; off while one of its tokens is empty. The address is for tests against another server."""

    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    api_url: str = ""

    @property
    def is_on(self) -> bool:
        """Whether there are both tokens: one that acts as the bot, one that opens the socket on which it hears."""
        return bool(self.bot_token.get_secret_value() and self.app_token.get_secret_value())


class WebSettings(Section):
    """The local room. `public_url` is the address that links to it carry, where it has one."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    public_url: str = ""


class RecognitionSettings(Section):
    """Reading handwriting. Below `min_confidence` an answer is given as unsure.

    `models` is a folder with other models to choose from in the chat, each in a folder of its own.
    """

    enabled: bool = True
    min_confidence: Annotated[float, Field(ge=0.0, le=1.0)] = 0.6
    models: Path = Path("models")


class RoomSettings(Section):
    """One channel, and what is said there. `announce` names sources, left out: all; `questions`: ask here.

    `materials` lists what was shown at an event and put online, `seats` tells when an event is full or a seat is free
    again, `filling` how it fills and its waiting list.
    `digest` is when its digest comes, in the community's time zone: `mon 09:00`, `monthly 1 09:00`; empty: never.

    `scheduled_events` mirrors events into the calendar of the channel's server ("new": those announced here alone),
    `threads` opens a thread below each announcement, `images` shows pictures from connpass, whose addresses expire.
    """

    platform: Literal["discord", "slack", "local"]
    channel: Id
    announce: tuple[str, ...] | None = None
    reminders: bool = True
    reports: bool = True
    materials: bool = True
    seats: bool = True
    filling: bool = False
    recognition: bool = True
    digest: Annotated[str, AfterValidator(_digest)] = ""
    locale: Locale | None = None
    organisers: tuple[Id, ...] = ()
    questions: bool = False
    scheduled_events: bool | Literal["new"] = True
    threads: bool = False
    images: bool = False


class Settings(BaseSettings):
    """Everything that can be configured. The environment (`TSUDOI_DISCORD__TOKEN`) goes over the file."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="TSUDOI_", env_nested_delimiter="__", arbitrary_types_allowed=True
    )

    community: CommunitySettings = CommunitySettings()
    storage: StorageSettings = StorageSettings()
    connpass: ConnpassSettings = ConnpassSettings()
    sources: tuple[SourceSettings, ...] = ()
    reports: ReportsSettings = ReportsSettings()
    reminders: RemindersSettings = RemindersSettings()
    discord: DiscordSettings = DiscordSettings()
    slack: SlackSettings = SlackSettings()
    web: WebSettings = WebSettings()
    recognition: RecognitionSettings = RecognitionSettings()
    rooms: tuple[RoomSettings, ...] = ()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment win over the file, whose content arrives as arguments."""
        return env_settings, init_settings

    @property
    def shows_samples(self) -> bool:
        """Whether there is nothing to watch and no chat to say so in, so that the local room shows sample events."""
        has_chat = self.discord.token.get_secret_value() or self.slack.bot_token.get_secret_value()
        return not (self.sources or self.rooms or has_chat)


def environment_settings() -> Settings:
    """Read the settings from the environment alone. ConfigurationError lists every mistake."""
    return _validate({}, "environment")


def load_settings(file: Path | None = None) -> Settings:
    """Read the settings from `file`, or from config.toml if there is one. ConfigurationError lists every mistake."""
    path = file or DEFAULT_FILE
    if file is None and not path.exists():
        return environment_settings()
    try:
        return settings_of(path.read_text(encoding="utf-8"), path)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be read ({error.strerror}); check --config") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path}: is not UTF-8; save it as UTF-8") from error


def settings_of(text: str, path: Path = DEFAULT_FILE) -> Settings:
    """Read the settings from the text of a configuration. ConfigurationError lists every mistake."""
    try:
        return _validate(tomllib.loads(text), path.name)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path}: is not valid TOML: {error}") from error


def _validate(content: dict[str, Any], origin: str) -> Settings:
    try:
        settings = Settings(**content)
    except ValidationError as error:
        raise ConfigurationError("\n".join(f"{origin}: {_explain(fault)}" for fault in error.errors())) from None
    except SettingsError as error:
        raise ConfigurationError(f"environment: {_unreadable(error)}") from None
    if mistakes := list(_mistakes(settings)):
        raise ConfigurationError("\n".join(f"{origin}: {mistake}" for mistake in mistakes))
    return settings


def _unreadable(error: SettingsError) -> str:
    """Say which variable is not the JSON that a table or a list is written in; never what it is, a token perhaps."""
    named = re.search(r'field "(\w+)"', str(error))
    variable = f"TSUDOI_{named[1].upper()}" if named else "a TSUDOI_ variable"
    return f"{variable}: a table or list is written as JSON; a single key has a name like TSUDOI_DISCORD__TOKEN"


def _mistakes(settings: Settings) -> Iterator[str]:
    """Find what no single section can see."""
    names = [source.name for source in settings.sources]
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f'sources[{index}].name: "{name}" is used twice; give each source a name of its own'
    fed = {source.group: source.name for source in settings.sources if source.kind == "feed"}
    for index, source in enumerate(settings.sources):
        for group in (source.group or "").split(",") if source.kind == "api" else ():
            if group in fed:
                yield f'sources[{index}]: its group is watched by the feed "{fed[group]}" too; keep one of the two'
    for index, room in enumerate(settings.rooms):
        for name in room.announce or ():
            if name not in names:
                nearest = get_close_matches(name, names, n=1)
                hint = f'; did you mean "{nearest[0]}"?' if nearest else "; add a [[sources]] with this name"
                yield f'rooms[{index}].announce: there is no source "{name}"{hint}'
    rooms = [(room.platform, room.channel) for room in settings.rooms]
    for index, pair in enumerate(rooms):
        if pair in rooms[:index]:
            yield f"rooms[{index}]: {pair[0]} channel {pair[1]} is listed twice; make it one [[rooms]]"


def _explain(error: ErrorDetails) -> str:
    path = _path(error["loc"])
    if error["type"] == "extra_forbidden":
        nearest = get_close_matches(path, known_keys(), n=1, cutoff=0.5)
        return f"{path}: unknown key" + (f"; did you mean {nearest[0]}?" if nearest else "; see config.example.toml")
    if error["type"] == "missing":
        return f"{path}: is missing; see config.example.toml"
    message = error["msg"].removeprefix("Value error, ")
    given = error["input"]
    shown = f" (it is {given!r})" if isinstance(given, bool | int | float | str) and not _secret(path) else ""
    return hide_logins(f"{path}: {message}" + ("" if error["type"] == "value_error" else shown))


def _secret(path: str) -> bool:
    """Whether what stands there may be a secret: also a table's name, where one may have been written in its place."""
    return path.endswith(("token", "api_key")) or "." not in path


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def known_keys() -> list[str]:
    """Return every key by its path, lists without their index: `sources.name`, `web.port`."""
    keys: list[str] = []
    for name, field in Settings.model_fields.items():
        keys.append(name)
        section = next((part for part in (field.annotation, *get_args(field.annotation)) if _is_section(part)), None)
        if section is not None:
            keys += [f"{name}.{key}" for key in section.model_fields]
    return keys


def _is_section(part: object) -> bool:
    return isinstance(part, type) and issubclass(part, Section)
