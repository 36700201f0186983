"""The one consent: the same words wherever somebody is asked, and nothing is kept that they did not agree to."""

from dataclasses import replace

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.uploads import Source
from bot.handwriting.consent_messages import AGREED, question
from bot.handwriting.rules.consent import WORDING, Consent, may_keep
from bot.handwriting.rules.teaching import Offered, Sample
from bot.handwriting.store.samples import Samples
from bot.locales import texts_for
from model.workshop.paper import printing
from tests.support.events import NOW, a_room

YES = Consent("discord:@1", given=True, at=NOW, alias="m1")
SAMPLE = Sample("discord:@1", "100", "digest", "あ", Source.QUIZ, NOW, "m", "あ", 1.0, is_sure=True)


def test_a_sheet_of_paper_asks_for_what_the_bot_asks_for() -> None:
    assert printing.CONSENT_ENGLISH == AGREED
    assert "".join(line.japanese for line in printing.CONSENT) == texts_for("ja").gettext(AGREED)


@pytest.mark.parametrize("language", ["en", "ja"])
def test_whoever_is_asked_reads_all_of_it(language: str) -> None:
    texts = texts_for(language)
    (card,) = question(texts, a_room()).cards
    assert texts.gettext(AGREED) in [field.value for field in card.fields]


def test_who_agreed_to_less_is_asked_again_and_a_no_stays() -> None:
    assert may_keep(YES) is True
    assert may_keep(replace(YES, wording=WORDING - 1)) is None
    assert may_keep(replace(YES, given=False, wording=1)) is False
    assert may_keep(None) is None


async def test_nothing_more_is_kept_of_who_agreed_to_less_and_what_they_gave_stays(engine: AsyncEngine) -> None:
    store = Samples(engine)
    await store.agree(YES)
    assert await store.offer(SAMPLE, b"png") is Offered.KEPT
    await store.agree(replace(YES, wording=WORDING - 1))
    assert await store.offer(replace(SAMPLE, digest="another"), b"png") is Offered.NO_CONSENT
    assert len(await store.samples_of(YES.address)) == 1
