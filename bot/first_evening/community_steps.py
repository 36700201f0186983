"""The steps about the group itself: its language, its page on connpass, the site with its reports."""

from functools import partial

from bot.core.errors import SourceRefused, TsudoiError
from bot.core.problems.sources import NoSiteAddress
from bot.events.rules.sources import group_in
from bot.first_evening.answers import Answers
from bot.first_evening.looks import GroupUnknown, Looks
from bot.first_evening.talk import NONE, REFUSALS, Talk
from bot.locales import LANGUAGES, texts_for

ABOUT_KEYS = "https://connpass.com/about/api/v2/"


def choose_language(talk: Talk, usual: str) -> None:
    """Ask in which language the bot speaks, and go on in it."""
    question = " / ".join(dict.fromkeys(texts_for(locale).gettext("Language") for locale in LANGUAGES))
    default = talk.answers.locale or usual
    locale = talk.given_or("locale", lambda: talk.asker.choose(question, "--language", LANGUAGES, default))
    talk.asker.texts = texts_for(locale)


def find_group(talk: Talk) -> None:
    """Ask for the group's page and a key, and see at once whether connpass knows them."""
    _ = talk.texts.gettext
    talk.asker.heading("connpass")
    talk.given_or("group", lambda: _ask_group(talk))
    if talk.is_open("api_key"):
        free = _("With an API key I see seats, waiting lists and materials. It is free for communities:")
        talk.asker.guide(free, ABOUT_KEYS)
        talk.asker.guide(_("Without one I read the group's public feed, which shows its newest events."))
    _ask_key(talk)
    title = _title(talk)
    if title is not None:
        talk.asker.good(_("Found on connpass: {group}").format(group=title or talk.answers.group))
    usual = talk.answers.name or title or talk.answers.group
    talk.given_or("name", lambda: talk.asker.ask(_("What should I call the group?"), "--name", usual))


def _ask_group(talk: Talk) -> str:
    _ = talk.texts.gettext
    question = _("The group's page on connpass (such as https://tfug-utsunomiya.connpass.com/)")
    while True:
        group = group_in(talk.asker.ask(question, "--group", talk.answers.group))
        if group is not None:
            return group
        talk.asker.bad(_("That is not a group's page. Please copy its address from the browser."))


def _ask_key(talk: Talk) -> None:
    question = talk.texts.gettext("API key of connpass")
    talk.secret("api_key", question, "--connpass-key-file", is_needed=False)


def _title(talk: Talk) -> str | None:
    """Return the group's name; None where that could not be asked."""
    _ = talk.texts.gettext
    while True:
        try:
            return talk.look("connpass", lambda looks: _title_seen(looks, talk.answers))
        except REFUSALS as error:
            if talk.answers.api_key and isinstance(error, SourceRefused) and not isinstance(error, GroupUnknown):
                talk.refuse(error, _("connpass did not accept this API key."), "api_key")
                _ask_key(talk)
            else:
                talk.refuse(error, _("connpass knows no such group."), "group")
                talk.given_or("group", lambda: _ask_group(talk))


def _title_seen(looks: Looks, answers: Answers) -> str:
    return looks.group_title(answers.group or "", answers.api_key or "")


def find_reports(talk: Talk) -> None:
    """Ask for the site with the group's reports, if there is one, and read it."""
    _ = talk.texts.gettext
    talk.asker.heading(_("Reports"))
    if talk.is_open("site_url"):
        about = _("If the group publishes reports on a site, I post each new one with its event.")
        talk.asker.guide(about)
    while True:
        usual = talk.answers.site_url or ""
        question = _("Address of that site (0: none)") if usual else _("Address of that site (Enter: none)")
        url = talk.given_or("site_url", partial(_ask_site, talk, question, usual))
        try:
            if not url or _is_readable(talk, url):
                return
        except REFUSALS as error:
            talk.refuse(error, _("That is not the address of a site. It should begin with https://"), "site_url")


def _ask_site(talk: Talk, question: str, usual: str) -> str:
    typed = talk.asker.ask(question, "--site-url", usual)
    return "" if typed in NONE else typed


def _is_readable(talk: Talk, url: str) -> bool:
    """Whether to go on with this site."""
    _ = talk.texts.gettext
    if not url.startswith(("https://", "http://")):
        raise SourceRefused(NoSiteAddress(url))
    try:
        with talk.asker.waiting(_("Reading the reports …")):
            pages = talk.looks.reports(url) if talk.looks is not None else []
    except REFUSALS:
        raise
    except TsudoiError as error:
        talk.doubt(error, _("No reports can be read there."))
        ways = {"again": _("Try again"), "other": _("Give another address"), "on": _("Go on without this check")}
        way = talk.asker.choose(_("What now?"), "--offline", ways, "other")
        if way == "again":
            return _is_readable(talk, url)
        if way == "other":
            talk.settle("site_url", None)
        return way == "on"
    if talk.looks is not None:
        count = talk.texts.ngettext("{count} report found.", "{count} reports found.", len(pages))
        talk.asker.good(count.format(count=len(pages)))
    return True
