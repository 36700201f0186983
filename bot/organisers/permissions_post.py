"""What organisers are told in a room in which the bot lacks permissions."""

from dataclasses import dataclass

from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.texts import gettext
from bot.delivery.posting import Here, SpokenPost
from bot.organisers.organising_messages import permissions_note


@dataclass(frozen=True, slots=True)
class PermissionsPost(SpokenPost):
    """These permissions are missing, as the platform names them."""

    tag = "permissions"
    label = gettext("note to organisers:")
    subject_form = "room"
    occasion_form = "{missing}"
    kept = ("missing",)
    audience = Audience.ORGANISERS

    missing: tuple[str, ...]

    async def compose(self, here: Here) -> Message:
        """Say so."""
        return permissions_note(here.texts, self.missing)
