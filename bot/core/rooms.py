"""Every room, and which of them something concerns."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from bot.core.room import EVERYBODY, LOCAL, MAIN, MANAGERS, Room, member_at


class Rooms:
    """Every room: those of the configuration, and over them those set up in the chat, which change while the bot runs.

    `sources` names everything that is to be watched for them.
    """

    def __init__(self, configured: Iterable[Room], sources: Iterable[str], locale: str = "ja") -> None:
        self._configured = tuple(configured)
        self._own_sources = tuple(sources)
        self._locale = locale
        self.set_up(())

    def set_up(self, rooms: Iterable[Room]) -> None:
        """Let exactly these rooms of the chat stand over the configured ones of the same channels."""
        chosen = tuple(rooms)
        self._by_name = {room.name: room for room in (*self._configured, *chosen)}
        self.in_force = tuple(room for room in self._by_name.values() if room.is_on)
        followed = [name for room in chosen if room.is_on for name in room.follows]
        self.sources = tuple(dict.fromkeys((*self._own_sources, *followed)))
        self._following: dict[str, list[Room]] = {}
        for room in self.in_force:
            for name in room.follows:
                self._following.setdefault(name, []).append(room)
        self._by_guild: dict[str, list[Room]] = {}
        for room in self._by_name.values():
            self._by_guild.setdefault(room.guild, []).append(room)

    def at(self, platform: str, channel: str, guild: str = "") -> Room:
        """The room of this channel; where there is none, one that only answers.

        It answers about what the rooms of its guild follow, or else about the configured sources. Samples and boards
        belong to a guild: it has its guild, also where it was configured without one.
        """
        room = self._by_name.get(f"{platform}:{channel}")
        if room is not None and room.is_on:
            return replace(room, guild=room.guild or guild)
        beside = self.of_guild(platform, guild) if guild else ()
        followed = tuple(dict.fromkeys(name for room in beside for name in room.follows))
        return Room(
            platform,
            channel,
            followed or self._own_sources,
            announces=False,
            reminders=False,
            reports=False,
            locale=beside[0].locale if beside else self._locale,
            organisers=(EVERYBODY,) if platform == LOCAL else (MANAGERS,),  # who opens the local room runs the bot
            guild=guild,
        )

    def named(self, name: str) -> Room | None:
        """The room in force with this destination name, the local room, or the direct messages with a member."""
        room = self._by_name.get(name)
        if room is not None and room.is_on:
            return room
        platform, _, channel = name.partition(":")
        is_always_there = (platform, channel) == (LOCAL, MAIN) or member_at(channel) is not None
        return self.at(platform, channel) if is_always_there else None

    def chosen(self, name: str) -> Room | None:
        """The room with this destination name as somebody chose it, switched off ones included."""
        return self._by_name.get(name)

    def of_guild(self, platform: str, guild: str, channels: Collection[str] = ()) -> tuple[Room, ...]:
        """The rooms of a guild, and the configured ones among its `channels`; never those of another guild."""
        configured = [room for room in self._by_guild.get("", ()) if room.channel in channels]
        chosen = self._by_guild.get(guild, ()) if guild else ()
        return tuple(room for room in (*configured, *chosen) if room.platform == platform)

    def following(self, sources: Iterable[str]) -> tuple[Room, ...]:
        """The rooms in force that follow any of these sources."""
        found = [self._following[name] for name in sources if name in self._following]
        if len(found) == 1:  # the usual case, in which thousands of rooms need not be compared
            return tuple(found[0])
        return tuple({room.name: room for rooms in found for room in rooms}.values())

    def asking(self, sources: Iterable[str] | None = None) -> tuple[Room, ...]:
        """Where organisers are asked about these sources, in each guild that follows them; None: at home.

        In a guild these are the rooms marked so, else the first that has organisers, else the local room. Home is where
        the configured rooms are, and the guild of the chat if there is only one.
        """
        guilds = self._home() if sources is None else {room.guild for room in self.following(sources)}
        asked = [room for guild in sorted(guilds) for room in self._asking_in(guild)]
        return tuple(dict.fromkeys(asked)) or (self.at(LOCAL, MAIN),)

    def _home(self) -> set[str]:
        others = {guild for guild, rooms in self._by_guild.items() if guild and any(room.is_on for room in rooms)}
        configured = {self._by_name[room.name].guild for room in self._configured}
        return configured | others if len(others) == 1 else configured

    def _asking_in(self, guild: str) -> tuple[Room, ...]:
        rooms = [room for room in self._by_guild.get(guild, ()) if room.is_on]
        marked = tuple(room for room in rooms if room.asks)
        return marked or tuple(room for room in rooms if room.organisers)[:1] or (self.at(LOCAL, MAIN),)
