"""What can go wrong with connpass, its feeds, and the site with the reports."""

from bot.core.problems.base import TRY_AGAIN, Passing, Problem


class AskedTooOften(Passing):
    code = "asked-too-often"
    happened = "{where} is being asked too often."
    remedy = "I will ask again later; use the key for one bot only."


class Untrusted(Problem):
    code = "untrusted"
    happened = "I cannot be sure that this is {where}."
    remedy = "Check my computer's date and certificates."


class WrongAddress(Problem):
    code = "wrong-address"
    happened = "The address of {where} seems to be wrong."
    remedy = "Check {setting} in the configuration."
    setting: str


class Moved(Problem):
    code = "moved-away"
    happened = "{where} moved to {target}."
    remedy = "If that is right, put the new address under {setting} in the configuration."
    setting: str
    target: str


class NoKey(Problem):
    code = "connpass.no-key"
    happened = "connpass.api_key does not contain a valid key."
    remedy = "Put the key there that connpass issued to the group."


class KeyRefused(Problem):
    code = "connpass.key-refused"
    happened = "connpass does not accept the API key."
    remedy = "Check connpass.api_key in the configuration."


class Blocked(Problem):
    code = "connpass.blocked"
    happened = "connpass refuses this program or this network."
    remedy = "Please ask connpass about it."


class QuestionRefused(Problem):
    code = "connpass.question-refused"
    happened = "connpass does not accept the request."
    remedy = "Check the group, words, prefecture or owner of this source."


class Outdated(Problem):
    code = "connpass.outdated"
    happened = "connpass no longer accepts my requests."
    remedy = "Look for a newer version of me."


class NoSuchGroup(Problem):
    code = "connpass.no-such-group"
    happened = 'connpass knows no group "{group}".'
    remedy = "Check its name."
    group: str


class PageMissing(Passing):
    code = "connpass.page-missing"
    happened = "Page {number} is missing: {why}"
    number: int
    why: Problem


class TooManyFound(Problem):
    code = "connpass.too-many-found"
    happened = "The query finds {count} entries, more than are fetched."
    remedy = "Narrow what this source asks for."
    count: int


class CountsDiffer(Passing):
    code = "connpass.counts-differ"
    happened = "connpass announced {spoken} entries but returned {shown}."
    spoken: int
    shown: int


class EntryLeftOut(Problem):
    code = "connpass.entry-left-out"
    happened = "An entry of connpass cannot be read and was left out."


class NoSuchSource(Problem):
    code = "source.unknown"
    happened = 'The configuration has no source "{source}".'
    remedy = "Add it to [[sources]], or remove it from the channels."
    source: str


class NothingNamed(Problem):
    code = "source.nothing-named"
    happened = 'The source "{source}" does not say what to follow.'
    remedy = "Give one of group, keyword, prefecture, owner."
    source: str


class NotAGroup(Problem):
    code = "source.not-a-group"
    happened = '"{written}" is not a group on connpass.'
    remedy = 'Write "tfug-utsunomiya", its address or its number; several all by names, or all by numbers.'
    written: str


class FeedNeedsGroup(Problem):
    code = "source.feed-needs-group"
    happened = 'The source "{source}" needs one group, whose feed it reads.'
    remedy = 'Write its name, such as "tfug-utsunomiya".'
    source: str


class SiteUnreadable(Problem):
    code = "site.unreadable"
    happened = "I cannot read the report site."
    remedy = "Check reports.site_url if this goes on."


class NoSiteAddress(Problem):
    code = "site.no-address"
    happened = '"{written}" is not the address of a site.'
    remedy = "It should begin with https://."
    written: str


class RehearsalBroken(Problem):
    code = "rehearsal.broken"
    happened = "The rehearsal broke off."
    remedy = TRY_AGAIN


class RehearsedTooOften(Problem):
    code = "rehearsal.too-often"
    happened = "There were many rehearsals in the last few minutes."
    remedy = "Please try again in ten minutes."
