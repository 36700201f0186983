"""What organisers are told when the model that they chose could not be used after a start."""

from dataclasses import dataclass
from datetime import date

from bot.core.messages import Message
from bot.core.posts import Audience
from bot.core.texts import gettext
from bot.delivery.posting import Here, SpokenPost
from bot.handwriting import model_messages


@dataclass(frozen=True, slots=True)
class ModelNotRestoredPost(SpokenPost):
    """The model of this name is missing or another one; told once a day at most."""

    tag = "model"
    label = gettext("note to organisers:")
    subject_form = "model"
    occasion_form = "{name}:{day:%Y-%m-%d}"
    kept = ("name",)
    audience = Audience.ORGANISERS

    name: str
    day: date

    async def compose(self, here: Here) -> Message:
        """Say that the shipped model reads."""
        return model_messages.not_restored(here.texts, self.name)
