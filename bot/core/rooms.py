"""Every room, whose it is, and which of them something concerns."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from bot.core.askers import Tenant
from bot.core.room import EVERYBODY, LOCAL, MAIN, MANAGERS, Room, member_at

HERE = Tenant(LOCAL)


class Rooms:
    """Every room: those of the configuration, and over them those set up in the chat, which change while the bot runs.

    `sources` names everything that is to be watched for them, `own_sources` what the configuration names. The
    configured rooms are one community's, whose configuration this is. `operators` are the addresses of who runs the
    bot, and `home` names the tenant whose the report site is; both are the configured community's where they are left
    out. What is `away`, in a server that the bot left, is not in force until it is back; what was planned for it waits.
    """

    def __init__(
        self,
        configured: Iterable[Room],
        sources: Iterable[str],
        locale: str = "ja",
        *,
        operators: Collection[str] = (),
        home: str = "",
    ) -> None:
        self.configured = tuple(configured)
        self.operators = frozenset(operators)
        self._home = home
        self.own_sources = tuple(sources)
        self._locale = locale
        self.in_trouble: set[str] = set()  # names of rooms that took nothing a moment ago
        self.set_up(())

    def set_up(self, rooms: Iterable[Room], away: Collection[str] = ()) -> None:
        """Let exactly these rooms of the chat stand over the configured ones of the same channels."""
        chosen = tuple(rooms)
        self._by_name = {room.name: room for room in (*self.configured, *chosen)}
        self.in_force = tuple(room for room in self._by_name.values() if room.is_on and room.name not in away)
        followed = [name for room in chosen if room.is_on and room.name not in away for name in room.follows]
        self.sources = tuple(dict.fromkeys((*self.own_sources, *followed)))
        self._following: dict[str, list[Room]] = {}
        for room in self.in_force:
            for name in room.follows:
                self._following.setdefault(name, []).append(room)
        self._by_guild: dict[str, list[Room]] = {}
        for room in self._by_name.values():
            self._by_guild.setdefault(room.guild, []).append(room)

    def at(self, tenant: Tenant, channel: str) -> Room:
        """The room of this channel of a tenant; where there is none, one that only answers.

        It answers about what the tenant's rooms follow. Of the configured sources it knows in direct messages, and
        everywhere where no room of the chat is configured to hear of them: else they are that community's. Samples and
        boards belong to a guild: a room has its guild, also where it was configured without one.
        """
        room = self._by_name.get(f"{tenant.platform}:{channel}")
        if room is not None and room.is_on:
            return replace(room, guild=room.guild or tenant.id)
        beside = self.of(tenant) if tenant.id else ()
        return Room(
            tenant.platform,
            channel,
            tuple(dict.fromkeys(name for room in beside for name in room.follows))
            or self._sources_without_room(tenant),
            announces=False,
            reminders=False,
            reports=False,
            locale=beside[0].locale if beside else self._locale,
            organisers=(EVERYBODY,) if tenant.platform == LOCAL else (MANAGERS,),  # who opens the local room runs it
            guild=tenant.id,
        )

    def _sources_without_room(self, tenant: Tenant) -> tuple[str, ...]:
        have_a_chat = any(room.platform != LOCAL for room in self.configured)
        return () if tenant.id and have_a_chat and not self.are_configured_in(tenant) else self.own_sources

    def named(self, name: str) -> Room | None:
        """The room in force with this destination name, the local room, or the direct messages with a member."""
        room = self._by_name.get(name)
        if room is not None and room.is_on:
            return room
        platform, _, channel = name.partition(":")
        is_always_there = (platform, channel) == (LOCAL, MAIN) or member_at(channel) is not None
        return self.at(Tenant(platform), channel) if is_always_there else None

    def chosen(self, name: str) -> Room | None:
        """The room with this destination name as somebody chose it, switched off ones included."""
        return self._by_name.get(name)

    def of(self, tenant: Tenant) -> tuple[Room, ...]:
        """The rooms that are a tenant's to look after: its own, and the configured ones among its channels.

        Never those of another tenant; in the local room all, since who opens it runs the bot.
        """
        if tenant.platform == LOCAL:
            return self.in_force
        configured = [room for room in self._by_guild.get("", ()) if room.channel in tenant.channels]
        chosen = self._by_guild.get(tenant.id, ()) if tenant.id else ()
        return tuple(room for room in (*configured, *chosen) if room.platform == tenant.platform)

    def are_configured_in(self, tenant: Tenant) -> bool:
        """Whether the configuration speaks of this tenant: one of its channels is a room there."""
        return any(self._is_in(room, tenant) for room in self.configured)

    def _is_in(self, configured: Room, tenant: Tenant) -> bool:
        """Whether a configured room is a tenant's, by its channel, or by the guild that set it up anew."""
        if configured.platform != tenant.platform:
            return False
        guild = self._by_name[configured.name].guild
        return tenant.platform == LOCAL or configured.channel in tenant.channels or (guild != "" and guild == tenant.id)

    def is_home(self, tenant: Tenant) -> bool:
        """Whether the report site is this tenant's."""
        if tenant.platform == LOCAL:
            return True
        return tenant.name == self._home if self._home else self.are_configured_in(tenant)

    def following(self, sources: Iterable[str]) -> tuple[Room, ...]:
        """The rooms in force that follow any of these sources."""
        found = [self._following[name] for name in sources if name in self._following]
        if len(found) == 1:  # the usual case, in which thousands of rooms need not be compared
            return tuple(found[0])
        return tuple({room.name: room for rooms in found for room in rooms}.values())

    def asking(self, sources: Iterable[str]) -> tuple[Room, ...]:
        """Where organisers are asked about these sources, in each guild that follows them.

        In a guild these are the rooms marked so, else the first that has organisers, else the local room.
        """
        return self.asking_in({room.guild for room in self.following(sources)})

    def asking_at_home(self) -> tuple[Room, ...]:
        """Where organisers are asked about the report site: in the tenant whose it is."""
        return self.asking_in({self._home.partition(":")[2]}) if self._home else self.asking_operators()

    @property
    def sources_at_home(self) -> tuple[str, ...]:
        """What the rooms of the tenant whose the report site is follow; everything where that is not known."""
        guilds = (
            {self._home.partition(":")[2]}
            if self._home
            else {self._by_name[room.name].guild for room in self.configured}
        )
        rooms = [room for guild in guilds for room in self._by_guild.get(guild, ()) if room.is_on]
        followed = (*self.own_sources, *(name for room in rooms for name in room.follows))
        return tuple(dict.fromkeys(followed)) or self.sources

    def asking_operators(self) -> tuple[Room, ...]:
        """Where who runs the bot is told: in the rooms of the configuration, as they are now."""
        return self.asking_in({self._by_name[room.name].guild for room in self.configured})

    def asking_in(self, guilds: Iterable[str]) -> tuple[Room, ...]:
        """Where organisers of these guilds are asked."""
        asked = [room for guild in sorted(guilds) for room in self._asked_in(guild)]
        return tuple(dict.fromkeys(asked)) or (self.at(HERE, MAIN),)

    def asking_about(self, concerned: Iterable[Room]) -> tuple[Room, ...]:
        """Where the organisers of these rooms are asked: in the rooms of their guild that are marked for it, else here.

        Of rooms with the same organisers the first is enough.
        """
        firsts: dict[tuple[str, tuple[str, ...]], Room] = {}
        for room in concerned:
            firsts.setdefault((room.guild, room.organisers), room)
        asked = [where for room in firsts.values() for where in self._asked_about(room)]
        return tuple(dict.fromkeys(asked)) or (self.at(HERE, MAIN),)

    def _asked_about(self, room: Room) -> tuple[Room, ...]:
        here = (room,) if room.organisers else self._asked_in(room.guild)
        return self.for_organisers(room.guild) or here

    def for_organisers(self, guild: str) -> tuple[Room, ...]:
        """The rooms of a guild that are marked for what organisers are asked; none where members would read along."""
        return tuple(room for room in self._by_guild.get(guild, ()) if room.is_on and room.asks)

    def _asked_in(self, guild: str) -> tuple[Room, ...]:
        others = tuple(room for room in self._by_guild.get(guild, ()) if room.is_on and room.organisers)
        return self.for_organisers(guild) or others[:1] or (self.at(HERE, MAIN),)
