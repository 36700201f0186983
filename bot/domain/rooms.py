"""A room: one channel of one platform, and what the bot says there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Room:
    """What an organiser wants in one channel.

    `follows` names sources; `organisers` are member ids of the platform who may decide, `("*",)` everybody; `asks` marks the
    rooms in which organisers are asked.
    """

    platform: str
    channel: str
    follows: tuple[str, ...] = ()
    reminders: bool = True
    reports: bool = True
    recognition: bool = True
    locale: str = "ja"
    organisers: tuple[str, ...] = ()
    asks: bool = False

    @property
    def name(self) -> str:
        """The destination as it stands in the store and in logs, such as `discord:123`."""
        return f"{self.platform}:{self.channel}"

    def may_decide(self, member: str) -> bool:
        """Whether this member may answer the bot's questions to organisers."""
        return member in self.organisers or "*" in self.organisers
