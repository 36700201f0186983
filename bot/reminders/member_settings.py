"""What a member sets for themselves: the language of what they are told alone, when to be reminded, and when not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.clock import Clock, Ring, no_ring
from bot.core.durations import parse_duration
from bot.core.handlers import Handlers
from bot.core.messages import Message
from bot.locales import texts_for
from bot.reminders import member_settings_messages as said
from bot.reminders.ports import PersonalReminderStore
from bot.reminders.reminder_messages import OpenSettings
from bot.reminders.rules.lead_times import LONGEST, MOST, SHORTEST, longest_first
from bot.reminders.rules.personal_reminders import Member
from bot.reminders.rules.quiet_hours import parse_quiet_hours


@dataclass(frozen=True)
class MemberSettings:
    """Shows and keeps what members set. `ring` is called when reminders were moved."""

    store: PersonalReminderStore
    clock: Clock
    zone: ZoneInfo
    ring: Ring = no_ring

    def handlers(self) -> Handlers:
        """Return what is done about each action."""
        return {
            said.ChooseLanguage: self._choose_language,
            said.ChooseLeadTimes: self._choose_lead_times,
            said.ChooseQuietHours: self._choose_quiet_hours,
            OpenSettings: self.open,
        }

    async def open(self, asker: Asker, _: OpenSettings) -> Message:
        """Show the page."""
        whose = await self._member(asker)
        return await self._keep(asker, whose, whose)

    async def _choose_language(self, asker: Asker, action: said.ChooseLanguage) -> Message:
        whose = await self._member(asker)
        return await self._keep(asker, whose, replace(whose, locale=said.LANGUAGES.get(action.written, whose.locale)))

    async def _choose_lead_times(self, asker: Asker, action: said.ChooseLeadTimes) -> Message:
        whose = await self._member(asker)
        return await self._keep(asker, whose, replace(whose, lead_times=_lead_times(action.chosen) or whose.lead_times))

    async def _choose_quiet_hours(self, asker: Asker, action: said.ChooseQuietHours) -> Message:
        whose, changed = await self._member(asker), action.written
        if changed == said.NEVER:
            return await self._keep(asker, whose, replace(whose, quiet=None))
        if changed not in said.QUIET:  # what the page does not offer changes nothing
            return await self._keep(asker, whose, whose)
        return await self._keep(asker, whose, replace(whose, quiet=parse_quiet_hours(changed, self.zone.key)))

    async def _keep(self, asker: Asker, whose: Member, changed: Member) -> Message:
        """Keep what was changed, if anything was, and show the page."""
        if changed != whose:
            await self.store.keep_member(changed, self.clock.now())
            if changed.quiet != whose.quiet:
                await self.store.spare(changed, self.clock.now())
                await self.ring()
        texts = texts_for(changed.locale or asker.language, self.zone)
        return said.settings_page(texts, changed, is_kept=changed != whose)

    async def _member(self, asker: Asker) -> Member:
        return await self.store.member(asker.address)


def _lead_times(values: Sequence[str]) -> tuple[timedelta, ...]:
    try:
        lengths = longest_first(parse_duration(value) for value in values)
    except ValueError:
        return ()
    return tuple(length for length in lengths if SHORTEST <= length <= LONGEST)[:MOST]
