"""What can be wrong with a picture that somebody sends; the room on the web page answers with these codes, too."""

from bot.core.problems.base import Problem


class PictureProblem(Problem):
    """Why a picture is not read."""


class EmptyFile(PictureProblem):
    code = "empty"
    happened = "The file is empty."
    remedy = "Please send it again."


class NotAPicture(PictureProblem):
    code = "not_a_picture"
    happened = "I do not know this kind of picture."
    remedy = "JPEG, PNG, WebP, GIF, HEIC and AVIF work."


class TooLarge(PictureProblem):
    code = "too_large"
    happened = "This picture is too large."
    remedy = "Please send a smaller one, or a JPEG (at most 20 MB and 50 megapixels)."


class Broken(PictureProblem):
    code = "broken"
    happened = "This picture is damaged."
    remedy = "Please send it again."


class NotFetched(PictureProblem):
    code = "not_fetched"
    happened = "I could not fetch the picture."
    remedy = "Please send it again."


class Blank(PictureProblem):
    code = "blank"
    happened = "I cannot find any hiragana here."
    remedy = "Please write large and clearly, on light paper."


class TooSlow(PictureProblem):
    code = "too_slow"
    happened = "This picture takes too long to read."
    remedy = "Please send a smaller one."


class Busy(PictureProblem):
    code = "busy"
    happened = "I am very busy right now."
    remedy = "Please try again in a moment."


class MustWait(PictureProblem):
    """Never told: whoever asked asks again, in the line of the big ones."""

    code = "big"
    happened = "This picture is big, and has to wait for its turn."
    remedy = "Please try again in a moment."


KINDS = {kind.code: kind for kind in PictureProblem.__subclasses__()}
