"""What can go wrong with the database of a running bot."""

from bot.core.problems.base import Passing


class CannotWrite(Passing):
    """The disk is full, broken or may not be written."""

    code = "store.cannot-write"
    happened = "The database cannot be written: the disk is full, broken or read-only."
    remedy = "Please make room on the disk; I go on by myself then."


class TooMuchOfVisitors(Passing):
    """As much is kept of a visitor of the page, or of all of them, as may be."""

    code = "store.too-much-of-visitors"
    happened = "Visitors left so much on the page that nothing more of them is kept."
    remedy = "It is taken again once what is past its time is erased, or they erase what is theirs."
