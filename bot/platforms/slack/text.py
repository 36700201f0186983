"""Texts as Slack takes them: strangers' words made harmless, cut to a limit; and what members type, read back."""

import re

from bot.platforms.lengths import cut, is_web, width

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_TWINS = str.maketrans("*_~`", "＊＿～｀")  # Slack has no escape for them; it reads these as letters
_AT_EDGE = re.compile(r"(?<![^\W_])[*_~]+|[*_~]+(?![^\W_])|`")  # inside a word, as in snake_case, they format nothing
_EMOJI_CODE = re.compile(r":(?=(?!\d\d:)[\w+'-]+:)")  # :smile:, and no time of day
_HALF_ENTITY = re.compile(r"&\w{0,3}$")
_UNSAFE_IN_ADDRESS = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C", '"': "%22", "^": "%5E", "`": "%60"})
_MARK = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")

BLANK = "\u200b"
LONGEST_ADDRESS = 3000


def plain(text: str, limit: int) -> str:
    """Return a text for where Slack reads no markup (`plain_text`), cut to the limit."""
    return _cut(_INVISIBLE.sub("", text).strip(), limit)


def plain_line(text: str, limit: int) -> str:
    """Return a text for a label: in one line, and never empty."""
    return _cut(" ".join(_INVISIBLE.sub("", text).split()), limit) or BLANK


def escape(text: str) -> str:
    """Return a text so that Slack shows it as it is where it reads markup: nobody is called, nothing is formatted."""
    text = _AT_EDGE.sub(lambda found: found[0].translate(_TWINS), _INVISIBLE.sub("", text))
    return _EMOJI_CODE.sub(f":{BLANK}", text).translate(_ESCAPES).strip()


def fit(text: str, limit: int) -> str:
    """Escape a text and cut it to the limit, never inside an entity."""
    return _cut(escape(text[: max(0, limit)]) + ("…" if len(text) > limit else ""), limit)


def _cut(text: str, limit: int) -> str:
    return cut(text, limit, lambda shortened: _HALF_ENTITY.sub("", shortened))


def code(text: str, limit: int) -> str:
    """Return a block that shows a text letter by letter, "" for none."""
    shown = _cut(_INVISIBLE.sub("", text).replace("```", f"`{BLANK}``").translate(_ESCAPES), limit)
    return f"```\n{shown}\n```" if shown.strip() else ""


def link(url: str, text: str, limit: int) -> str:
    """Return a link under a text; the text alone where the address is none that a browser opens, or too long."""
    address = url.translate(_UNSAFE_IN_ADDRESS).replace("&", "&amp;")
    left = limit - width(address) - 3
    if not is_web(url, LONGEST_ADDRESS) or left < 10:
        return fit(text, limit)
    return f"<{address}|{fit(' '.join(text.split()), left).replace('|', '｜')}>"


def read_typed(text: str) -> str:
    """Return what a member typed: links, channels and people as they are shown, entities as characters."""
    shown = _MARK.sub(lambda found: found[2] or found[1].removeprefix("mailto:"), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def called_first(text: str, member: str) -> str | None:
    """Return what follows where a text begins with calling this member; None where it does not."""
    found = re.match(rf"\s*<@{re.escape(member)}(?:\|[^>]*)?>[\s:,、：]*", text)
    return text[found.end() :] if found else None
