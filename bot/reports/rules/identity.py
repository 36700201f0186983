"""Whether a page is a report that is known already: a path alone is not a key.

A page can turn into another report while the first moves to a new path, a title can be corrected, and a new report
often begins as a copy of the last one.
"""

import hashlib
import zlib
from collections.abc import Sequence
from functools import lru_cache

from bot.events.rules.titles import numbers_in, squeezed
from bot.reports.rules.reports import Report, ReportPage

_SHINGLE = 5  # letters
_SKETCH = 64  # the smallest hashes of a text's shingles: enough to tell an edit from another text
_EDITED = 0.5  # how alike an edited article is to what it was
_REWRITTEN = 0.7  # the same where nothing else agrees: a report begun as a copy of the last one is less alike
_MOVED = 0.85  # the same article at another path under another title
_COPIED = 0.99  # the same under another date


@lru_cache(maxsize=2048)
def sketch_of(text: str) -> tuple[int, ...]:
    """Return a fingerprint by which similar texts can be recognised without keeping them (bottom-k of shingles)."""
    letters = squeezed(text)
    shingles = {letters[start : start + _SHINGLE] for start in range(max(len(letters) - _SHINGLE + 1, 1))}
    return tuple(sorted({zlib.crc32(shingle.encode()) for shingle in shingles})[:_SKETCH]) if letters else ()


def likeness(one: Sequence[int], other: Sequence[int]) -> float:
    """Estimate how much two texts share, 0.0 to 1.0 (Jaccard), from their sketches; two empty ones are alike."""
    smallest = sorted({*one, *other})[:_SKETCH]
    both = set(one) & set(other)
    return sum(each in both for each in smallest) / len(smallest) if smallest else 1.0


def digest_of(page: ReportPage) -> str:
    """Return a fingerprint of everything that is matched: it changes with any edit."""
    facts = repr((page.title, page.published_at, page.text, page.links, page.connpass_id))
    return hashlib.blake2b(facts.encode(), digest_size=8).hexdigest()


def is_same(page: ReportPage, report: Report) -> bool:
    """Whether a page shows the report that was at its path before."""
    published, title, alike = _agreement(page, report)
    votes = published + title + (alike >= (_EDITED if published or title else _REWRITTEN))
    return votes >= (2 if _is_renumbered(page, report) else 1)


def is_copy(page: ReportPage, report: Report) -> bool:
    """Whether a page shows, at another path, a report that is still where it was."""
    published, title, alike = _agreement(page, report)
    return title and alike >= (_EDITED if published else _COPIED)


def has_moved(page: ReportPage, report: Report) -> bool:
    """Whether a page shows, at another path, a report that is no longer where it was, perhaps retitled."""
    published, _, alike = _agreement(page, report)
    return is_copy(page, report) or (published and alike >= _MOVED and not _is_renumbered(page, report))


def _agreement(page: ReportPage, report: Report) -> tuple[bool, bool, float]:
    published = page.published_at is not None and page.published_at == report.published_at
    title = squeezed(page.title) == squeezed(report.title)
    return published, title, likeness(sketch_of(page.text), report.sketch)


def _is_renumbered(page: ReportPage, report: Report) -> bool:
    numbers, known = numbers_in(page.title), numbers_in(report.title)
    return bool(numbers and known) and numbers.isdisjoint(known)
