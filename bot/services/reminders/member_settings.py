"""What a member sets for themselves: the language of what they are told alone, when to be reminded, and when not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.core.askers import Asker
from bot.core.durations import parse_duration
from bot.domain.lead_times import LONGEST, MOST, SHORTEST, longest_first
from bot.domain.messages import Message
from bot.domain.personal_reminders import Member
from bot.domain.quiet_hours import parse_quiet_hours
from bot.locales import texts_for
from bot.services.ports import Clock, PersonalReminderStore, Ring, no_ring
from bot.services.reminders import member_settings_messages as said
from bot.services.reminders.reminder_messages import SETTINGS


@dataclass(frozen=True)
class MemberSettings:
    """Shows and keeps what members set. `ring` is called when reminders were moved."""

    store: PersonalReminderStore
    clock: Clock
    zone: ZoneInfo
    ring: Ring = no_ring

    async def press(self, button_id: str, asker: Asker, values: Sequence[str]) -> Message | None:
        """Take `settings:open`, and what was chosen on the page; None if it is another button."""
        kind, _, what = button_id.partition(":")
        if kind != SETTINGS:
            return None
        whose = await self.store.member(asker.address)
        changed = self._chosen(whose, what, values)
        if changed != whose:
            await self.store.keep_member(changed)
            if changed.quiet != whose.quiet:
                await self.store.spare(changed, self.clock.now())
                await self.ring()
        texts = texts_for(changed.locale or asker.language, self.zone)
        return said.settings_page(texts, changed, is_kept=changed != whose)

    def _chosen(self, whose: Member, what: str, values: Sequence[str]) -> Member:
        """Return the member with one choice made; what the page does not offer changes nothing."""
        value = values[0] if values else ""
        match what:
            case "language" if value in said.LANGUAGES:
                return replace(whose, locale=said.LANGUAGES[value])
            case "lead_times":
                return replace(whose, lead_times=_lead_times(values) or whose.lead_times)
            case "quiet" if value == said.NEVER:
                return replace(whose, quiet=None)
            case "quiet" if value in said.QUIET:
                return replace(whose, quiet=parse_quiet_hours(value, self.zone.key))
        return whose


def _lead_times(values: Sequence[str]) -> tuple[timedelta, ...]:
    try:
        lengths = longest_first(parse_duration(value) for value in values)
    except ValueError:
        return ()
    return tuple(one for one in lengths if SHORTEST <= one <= LONGEST)[:MOST]
