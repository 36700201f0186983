"""What sources are called, and what is said while an organiser adds one."""

from collections.abc import Sequence
from datetime import datetime

from bot.core.messages import Card, Entry, Message, answer, refusal
from bot.core.problems.base import Problem
from bot.events.event_cards import event_place, event_times, event_title
from bot.events.rules.events import Event
from bot.events.rules.prefectures import PREFECTURES
from bot.events.rules.sources import SourceKind, SourceQuery, Words, query_named
from bot.locales import Texts
from bot.organisers import pages
from bot.organisers.pages import AddSource, RefineSource, SourcePage

_NEXT_SHOWN = 3


def source_label(texts: Texts, query: SourceQuery | None, name: str = "") -> str:
    """Return a source as people call it, with its words; one of the configuration by its name there."""
    label = _asked_label(texts, query, name)
    if query is None or query.words == Words():
        return label
    said = {
        texts.gettext("with {words}"): query.words.include,
        texts.gettext("without {words}"): query.words.exclude,
    }
    comma = texts.gettext(", ")
    parts = comma.join(sentence.format(words=comma.join(words)) for sentence, words in said.items() if words)
    return texts.gettext("{source} ({words})").format(source=label, words=parts)


def _asked_label(texts: Texts, query: SourceQuery | None, name: str) -> str:
    match query:
        case SourceQuery(SourceKind.GROUP, group):
            return (
                f"{group}.connpass.com" if not group.isdigit() else texts.gettext("group {group}").format(group=group)
            )
        case SourceQuery(SourceKind.KEYWORD, words):
            return texts.gettext('keyword "{words}"').format(words=words)
        case SourceQuery(SourceKind.PREFECTURE, prefecture):
            return PREFECTURES[prefecture] if texts.locale == "ja" else prefecture.capitalize()
    return name


def labels_of(texts: Texts, names: Sequence[str]) -> str:
    """Return sources as people call them, in one line."""
    return texts.listed([source_label(texts, query_named(name), name) for name in names])


def source_entries(texts: Texts, page: SourcePage) -> tuple[Entry, ...]:
    """Return the buttons with which a source is added."""
    return (
        Entry(
            AddSource(page, SourceKind.GROUP),
            texts.gettext("Add a group"),
            texts.gettext("Address or name of the group on connpass"),
            "https://tfug-utsunomiya.connpass.com/",
        ),
        Entry(
            AddSource(page, SourceKind.KEYWORD),
            texts.gettext("Add a keyword"),
            texts.gettext("Words that an event must contain"),
            texts.gettext("machine learning"),
        ),
        Entry(
            AddSource(page, SourceKind.PREFECTURE),
            texts.gettext("Add a prefecture"),
            texts.gettext("Prefecture, or online"),
            texts.gettext("Tochigi"),
        ),
        Entry(
            RefineSource(page, pages.Words.INCLUDE),
            texts.gettext("Only with these words"),
            texts.gettext("For the one added last: any of these words"),
            texts.gettext("beginners, hands-on (- for none)"),
        ),
        Entry(
            RefineSource(page, pages.Words.EXCLUDE),
            texts.gettext("Not with these words"),
            texts.gettext("For the one added last: none of these words"),
            texts.gettext("online, recruiting (- for none)"),
        ),
    )


def source_found(texts: Texts, query: SourceQuery, last_month: int, coming: Sequence[Event], now: datetime) -> Message:
    """Say how much a source brings, with its next events."""
    count = texts.ngettext("{count} event last month.", "{count} events last month.", last_month)
    next_ones = texts.gettext("The next ones:") if coming else texts.gettext("Nothing is planned at the moment.")
    label = source_label(texts, query)
    if not last_month and not coming:
        return answer(texts.gettext("⚠️ {source} shows no event, neither last month nor now.").format(source=label))
    lead = texts.gettext("✅ Found {source}: ").format(source=label)
    lead += texts.in_a_row(count.format(count=last_month), next_ones)
    cards = tuple(
        Card(event_title(texts, event), event.url, fields=(*event_times(texts, event, now), *event_place(texts, event)))
        for event in coming[:_NEXT_SHOWN]
    )
    return answer(lead, *cards)


def nothing_to_refine(texts: Texts) -> Message:
    """Say that there is no source from which words could select."""
    return answer(texts.gettext("Please add a group, keyword or prefecture first; the words then select from it."))


def too_many_words(texts: Texts) -> Message:
    """Say that a source takes no more words."""
    return refusal(texts.gettext("These are too many words for one source. Please name fewer, or shorter ones."))


def source_unknown(texts: Texts, query: SourceQuery) -> Message:
    """Say that connpass shows nothing of a group."""
    lead = texts.gettext("connpass shows no event of {source}. Please check its name.")
    return refusal(lead.format(source=source_label(texts, query)))


def source_failed(texts: Texts, query: SourceQuery, problem: Problem) -> Message:
    """Say why connpass could not be asked."""
    lead = texts.gettext("connpass could not tell me about {source}: {reason}")
    return refusal(lead.format(source=source_label(texts, query), reason=problem.told(texts, asked_now=True)))


def not_understood(texts: Texts, kind: SourceKind, written: str) -> Message:
    """Say what was expected instead."""
    expected = {
        SourceKind.GROUP: texts.gettext("the address or the name of a group, such as tfug-utsunomiya"),
        SourceKind.KEYWORD: texts.gettext("one or more words"),
        SourceKind.PREFECTURE: texts.gettext("a prefecture, such as Tochigi, or online"),
    }
    lead = texts.gettext('I do not understand "{written}". Please write {expected}.')
    return refusal(lead.format(written=written[:50], expected=expected[kind]))


def too_many_sources(texts: Texts, most: int) -> Message:
    """Say that a channel follows enough already."""
    return refusal(texts.gettext("One channel follows at most {count} sources.").format(count=most))
