"""What the room refuses, and the sentence that says so in the room's language."""

from bot.core.problems.pictures import Busy
from bot.locales import Texts


class Refusal(Exception):
    """A request that is not served. `code` selects the sentence, here and on the page."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


def sentence(texts: Texts, code: str) -> str:
    """Return what a person reads for a code."""
    sentences = {
        "bad_json": texts.gettext("This is not valid JSON."),
        "bad_form": texts.gettext("This form cannot be read."),
        "bad_number": texts.gettext("A number is expected here."),
        "bad_duration": texts.gettext("A duration is expected here, such as 30m, 1h or 1d."),
        "nothing_said": texts.gettext("It contains neither text nor a picture."),
        "text_too_long": texts.gettext("The text is too long: at most 2,000 characters."),
        "upload_too_large": texts.gettext("This file is too large: at most 20 MB."),
        "too_slow": texts.gettext("The upload took too long. Please try again."),
        "busy": Busy().told(texts),
        "full": texts.gettext("Visitors left so much here that I keep nothing more now. Please try again later."),
        "encoded_body": texts.gettext("Compressed requests are not accepted."),
        "wrong_host": texts.gettext(
            "The room is not known under this address: put the address into web.public_url in config.toml."
        ),
        "wrong_origin": texts.gettext("Other web pages may not post in this room."),
        "unknown_button": texts.gettext("This button no longer works."),
        "bad_drawing": texts.gettext("This is not a drawing: strokes are lists of x, y and width on a paper of 600."),
        "no_character": texts.gettext("One character is expected here."),
        "reading_off": texts.gettext("Reading handwriting is switched off here."),
        "quiz_over": texts.gettext("This question is over. Please ask for another one."),
        "link_over": texts.gettext("This link was used already, or is too old. Please ask for a new one."),
        "not_found": texts.gettext("There is nothing at this address."),
        "wrong_method": texts.gettext("This address does not accept this kind of request."),
    }
    return sentences.get(code, texts.gettext("Something went wrong on my side. Please try again."))
