"""Members of several communities say, in direct messages, for which of them they ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from bot.core.actions import Action, Shown
from bot.core.askers import Asker, Community
from bot.core.handlers import Handlers
from bot.core.messages import Choice, Message, MessageKind, Option
from bot.core.rooms import Rooms
from bot.events.telling import Telling
from bot.locales import Texts, texts_for
from bot.reminders.reminding import Reminding

MOST_OFFERED = 25  # as many as a list has on every platform


@dataclass(frozen=True, slots=True)
class ChooseCommunity(Action):
    """Say for which community one asks in direct messages."""

    written: str = ""

    template = "community"
    shown = Shown.INSTEAD


@dataclass(frozen=True)
class Communities:
    """Asks members for which of their communities they ask, and keeps what they chose."""

    reminding: Reminding
    telling: Telling
    rooms: Rooms
    zone: ZoneInfo

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {ChooseCommunity: self._choose}

    async def answer(self, asker: Asker, tell: Callable[[Asker], Awaitable[Message]]) -> Message:
        """Tell a member about their community, with the others to choose from; ask first where it is not known."""
        if not asker.communities:
            return await tell(asker)
        if asker.must_choose:
            lead = self._texts(asker).gettext("Which server do you mean?")
            return Message(MessageKind.ANSWER, lead, choices=(self._offered(asker),))
        answer = await tell(asker)
        return replace(answer, choices=(*answer.choices, self._offered(asker)))

    async def _choose(self, asker: Asker, action: ChooseCommunity) -> Message | None:
        """Keep it, and tell what comes next there. Of other people's communities nothing is told."""
        community = next((each for each in asker.communities if each.tenant.id == action.written), None)
        if community is None:
            return None
        await self.reminding.keep_community(asker.address, community.tenant.id)
        there = replace(asker, room=replace(asker.room, follows=self._follows(community)))
        answer, said = await self.answer(there, self.telling.next), self._texts(asker).gettext("{server} it is.")
        return replace(answer, lead=f"{said.format(server=community.called)}\n{answer.lead}")

    def _offered(self, asker: Asker) -> Choice:
        options = tuple(
            Option(each.tenant.id, each.called, self._follows(each) == asker.room.follows)
            for each in asker.communities[:MOST_OFFERED]
        )
        return Choice(ChooseCommunity(), self._texts(asker).gettext("Server"), options, least=1)

    def _follows(self, community: Community) -> tuple[str, ...]:
        return self.rooms.at(community.tenant, "").follows

    def _texts(self, asker: Asker) -> Texts:
        return texts_for(asker.own_language, self.zone)
