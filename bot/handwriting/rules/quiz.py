"""The quiz: which character is asked, what a drawing of it is worth, and the board of the week."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from model.reading import Glyph, Reading

LASTS = timedelta(minutes=10)
TRIES = 2
THINNEST = 8  # characters from which one is drawn: always the very thinnest would be asked again and again
TEXT = 3  # characters from which a picture is plainly something else than the one that was asked for
NEARLY_AS_LIKELY = 0.3  # of the best candidate's probability: what a doubtful character may be as well
LONGEST_NAME = 20
BOARD_SHOWS = 10

# A word for each character that every learner knows; in most it comes first.
WORDS: dict[str, str] = dict(
    pair.split("=")
    for pair in (
        "あ=あめ い=いぬ う=うみ え=えほん お=おにぎり か=かさ き=きつね く=くも け=けしごむ こ=こま "
        "さ=さくら し=しろくま す=すいか せ=せみ そ=そら た=たまご ち=ちず つ=つき て=てがみ と=とり な=なつ "
        "に=にわとり ぬ=ぬいぐるみ ね=ねこ の=のり は=はな ひ=ひまわり ふ=ふね へ=へや ほ=ほし ま=まど "
        "み=みかん む=むし め=めがね も=もも や=やま ゆ=ゆき よ=よる ら=らくだ り=りんご る=るすばん "
        "れ=れんこん ろ=ろうそく わ=わに を=てをふる ん=きりん が=がっこう ぎ=ぎんこう ぐ=ぐんて げ=げた "
        "ご=ごはん ざ=ざぶとん じ=じかん ず=ずかん ぜ=ぜんまい ぞ=ぞう だ=だいこん ぢ=はなぢ づ=かんづめ "
        "で=でんしゃ ど=どんぐり ば=ばら び=びわ ぶ=ぶどう べ=べんとう ぼ=ぼうし ぱ=かっぱ ぴ=えんぴつ "
        "ぷ=てんぷら ぺ=ほっぺ ぽ=さんぽ ゐ=ゐど ゑ=ゑびす ゔ=ゔぁいおりん"
    ).split()
)
OLD = frozenset("ゐゑ")  # nobody writes them any more: い and え took their place


class Outcome(StrEnum):
    """What became of a try. Only the first three count as one."""

    RIGHT = "right"
    UNSURE = "unsure"  # it may be the character asked for
    WRONG = "wrong"
    UNREADABLE = "unreadable"
    SEVERAL = "several"  # more than one character


@dataclass(frozen=True, slots=True)
class Quiz:
    """One character asked of one member in one room. Nothing is kept of it after `expires_at`.

    `address` and `room` are destinations: the member's, such as `discord:@77`, and the room's. `token` names the quiz
    in a link that nobody guesses. `streak` counts the quizzes that the member answered rightly one after the other,
    this one included.
    """

    address: str
    room: str
    guild: str  # of the room
    label: str
    token: str
    expires_at: datetime
    tries: int = 0
    streak: int = 0
    is_over: bool = False

    def after(self, outcome: Outcome) -> "Quiz":
        """Return it as it is after a try."""
        if outcome in (Outcome.UNREADABLE, Outcome.SEVERAL):
            return self
        tried = replace(self, tries=self.tries + 1)
        if outcome is Outcome.RIGHT:
            return replace(tried, streak=self.streak + 1, is_over=True)
        if tried.tries < TRIES:
            return tried
        return replace(tried, streak=0 if outcome is Outcome.WRONG else self.streak, is_over=True)

    @property
    def stars(self) -> int:
        """What a right answer after so many tries is worth: 2 at once, 1 at the second try."""
        return TRIES + 1 - self.tries


@dataclass(frozen=True, slots=True)
class Player:
    """Who wants to stand on the board of a space: under a `name` of their own, or "", as the platform names them."""

    address: str
    space: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """What a player reached in the week that began on Monday `week`; `streak` is the longest of it."""

    player: Player
    week: date
    stars: int = 0
    right: int = 0
    streak: int = 0

    def with_answer(self, stars: int, streak: int) -> "Score":
        """Return it with one more right answer."""
        return replace(self, stars=self.stars + stars, right=self.right + 1, streak=max(self.streak, streak))


def next_label(samples: Mapping[str, int], avoid: Collection[str], random: Random) -> str:
    """Return the character to ask for: one of those of which the fewest samples are there."""
    possible = [label for label in WORDS if label not in avoid]
    counts = sorted(samples.get(label, 0) for label in possible)
    enough = counts[min(THINNEST, len(counts)) - 1]
    return random.choice([label for label in possible if samples.get(label, 0) <= enough])


def judge(label: str, reading: Reading) -> Outcome:
    """Return whether a picture shows the character asked for."""
    written = [glyph for glyph in reading.glyphs if glyph.candidates]
    if len(written) > 1:
        return Outcome.SEVERAL
    if not written or written[0].verdict == "not_hiragana":
        return Outcome.UNREADABLE
    glyph = written[0]
    if glyph.verdict == "sure":
        return Outcome.RIGHT if glyph.candidates[0].label == label else Outcome.WRONG
    return Outcome.UNSURE if label in _possible(glyph) else Outcome.WRONG


def is_text(reading: Reading) -> bool:
    """Whether a picture plainly shows a text, and so is no try at one character."""
    return sum(bool(glyph.candidates) for glyph in reading.glyphs) >= TEXT


def _possible(glyph: Glyph) -> list[str]:
    enough = NEARLY_AS_LIKELY * glyph.candidates[0].probability
    return [candidate.label for candidate in glyph.candidates if candidate.probability >= enough]


def week_of(now: datetime, zone: ZoneInfo) -> date:
    """Return the Monday on which the community's week began."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday())


def ranked(scores: Sequence[Score]) -> list[tuple[int, Score]]:
    """Return the best scores with their places; equals share one."""
    best = sorted(scores, key=lambda score: (-score.stars, -score.streak))
    keys = [(score.stars, score.streak) for score in best]
    return [(keys.index(key) + 1, score) for key, score in zip(keys, best, strict=True) if score.stars][:BOARD_SHOWS]


def display_name(written: str) -> str:
    """Return what a player wrote as a name of one line that is not too long; "" where nothing is left."""
    printable = "".join(letter if letter.isprintable() else " " for letter in written)
    return " ".join(printable.split())[:LONGEST_NAME].strip()
