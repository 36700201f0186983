"""How sure the model is, in words."""

from bot.locales import Texts
from model.reading import percent


def in_words(texts: Texts, share: float) -> str:
    """Return a probability as members read it: `98%`, `99%以上`, `over 99%`."""
    return percent(share, texts.gettext("over 99%"), texts.gettext("under 0.1%"))
