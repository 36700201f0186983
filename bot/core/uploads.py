"""What members show: the pictures of one message, drawing or answer, and where they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.errors import PictureError


class Source(StrEnum):
    """How a sample came."""

    UPLOAD = "upload"
    DRAWING = "drawing"
    QUIZ = "quiz"


@dataclass(frozen=True, slots=True)
class Upload:
    """What a member showed, as its platform has it still: pictures, or why one cannot be fetched; who showed it."""

    pictures: Sequence[bytes | PictureError]
    member: str
    source: Source = Source.UPLOAD
