"""Where an organiser speaks."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organiser speaks: a channel of a guild, with all `channels` of that guild by their ids.

    `missing` has the names of permissions that the bot lacks in this channel, as the platform shows them.
    """

    platform: str
    guild: str
    channel: str
    channels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
