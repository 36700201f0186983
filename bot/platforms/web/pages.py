"""The pages, written here in the language of whoever asks: a browser shows their words before any script has run."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.platforms.web.static_files import Handler, static_files

LANGUAGES = {"ja": "日本語", "en": "English"}  # each in its own words
_PART = re.compile(r"<!-- (\w+\.html) -->\n")  # where a part stands that several pages share
_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Page:
    """A file with {holes} for words and facts, the word that is its title, and the script that brings it to life."""

    file: str
    title: str = ""
    script: str = ""


PAGES = {
    "/": Page("index.html", script="room.js"),
    "/draw": Page("draw.html", "draw_title", "draw.js"),
    "/console": Page("console.html", "console_title", "console.js"),
    "/tendencies": Page("tendencies.html", "gallery_title", "tendencies.js"),
}
REFUSED = Page("refused.html", "refused_title")


@cache
def words(language: str) -> dict[str, str]:
    """Return the words of the pages in a language."""
    every = json.loads((files(__package__) / "words.json").read_text(encoding="utf-8"))
    return {name: said[language] for name, said in every.items()}


@cache
def _template(name: str) -> str:
    text = (files(__package__) / "static" / name).read_text(encoding="utf-8")
    return _PART.sub(lambda part: _template(part[1]), text)


def page_routes(facts: Callable[[], Mapping[str, Any]]) -> list[web.RouteDef]:
    """Return the addresses of the pages. `facts` are what they must know of the room, as /api/room gives them."""
    return [web.get(path, _serve(page, facts)) for path, page in PAGES.items()]


def _serve(page: Page, facts: Callable[[], Mapping[str, Any]]) -> Handler:
    async def serve(request: web.Request) -> web.Response:
        headers = {"Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        html = written(page, facts(), request.query)
        response = web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)
        response.enable_compression()
        return response

    return serve


def language_of(facts: Mapping[str, Any], query: Mapping[str, str]) -> str:
    """Return the language that is asked for, else that of the room."""
    asked = query.get("lang", "")
    return asked if asked in LANGUAGES else str(facts["locale"])


def language_of_sentence(facts: Mapping[str, Any], request: web.BaseRequest) -> str:
    """Return the language of a sentence in an answer to a script: its page's, else the browser's, else the room's."""
    wanted = request.headers.get("Accept-Language", "")[:2]
    return wanted if wanted in LANGUAGES and "lang" not in request.query else language_of(facts, request.query)


def written(page: Page, facts: Mapping[str, Any], query: Mapping[str, str], **more: str) -> str:
    """Return a page in the language that is asked for, else in that of the room; `more` are further texts in it."""
    asked, language = query.get("lang", ""), language_of(facts, query)
    other = next(name for name in LANGUAGES if name != language)
    texts = {**words(language), **more}
    values = {
        **texts,
        "language": language,
        "community": facts["community"],
        "title": " · ".join(part for part in (texts.get(page.title), facts["community"]) if part),
        "static": static_files().folder,
        "here": f"?lang={asked}" if asked in LANGUAGES else "",  # on links between pages
        "other": other,
        "other_name": LANGUAGES[other],
        "other_page": "?" + urlencode({**query, "lang": other}),
        "samples_hidden": "" if facts["samples"] else "hidden",
    }
    as_html = {name: _filled(text, {"community": facts["community"]}) for name, text in values.items()}
    as_html["scripts"] = _scripts(page.script)
    as_html["page"] = _data({"room": dict(facts), "language": language, "words": texts})
    return _filled(_template(page.file), {name: _escaped(name, text) for name, text in as_html.items()})


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: values.get(hole[1], hole[0]), text)


def _escaped(name: str, text: str) -> str:
    return text if name in ("scripts", "page") else escape(text)


def _scripts(entry: str) -> str:
    """The script of a page; what it imports is named as well, so that it is fetched beside it and not after it."""
    if not entry:
        return ""
    files, folder = static_files(), static_files().folder
    preloads = "".join(f'<link rel="modulepreload" href="{folder}/{name}">\n' for name in files.modules_of(entry)[1:])
    return f'{preloads}<script type="module" src="{folder}/{entry}"></script>'


def _data(content: Mapping[str, Any]) -> str:
    """What the script is told: data in a block that no browser runs and no text can leave."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
