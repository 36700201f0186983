"""Why a planned delivery is not carried out: what was to be said no longer makes sense, or is kept back."""

from enum import Enum

from bot.core.problems.base import ENGLISH, Language


class NothingToSay(Enum):
    """The code that stores keep, and the sentence."""

    ROOM_GONE = "skip.room-gone", "Its room is no longer configured."
    PLATFORM_OFF = "skip.platform-off", "Its platform is off."
    TOO_LATE = "skip.too-late", "It is too late to be of use."
    UNWANTED = "moved", "It is no longer wanted: the event moved, or reminders were changed."
    ROOM_PAUSED = "skip.room-paused", "The room is paused."
    SOURCE_PAUSED = "skip.source-paused", "Its source is paused."
    ANNOUNCEMENT_RETRACTED = "skip.announcement-retracted", "Its announcement was retracted."
    MESSAGE_DELETED = "skip.message-deleted", "The message that it belongs to was deleted."
    MESSAGE_NOT_POSTED = "skip.message-not-posted", "The message that it belongs to was not posted."
    MESSAGE_RETRACTED = "skip.message-retracted", "The message that it belongs to was retracted."
    NO_THREADS = "skip.no-threads", "Its platform has no threads."
    EVENT_CANCELLED = "skip.event-cancelled", "The event was cancelled before it was announced."
    EVENT_CHANGED = "skip.event-changed", "The event moved or was cancelled."
    EVENT_CALLED_OFF = "skip.event-called-off", "The event was called off."
    EVENT_BACK = "skip.event-back", "The event is back."
    EVENT_UNFOLLOWED = "skip.event-unfollowed", "The room no longer follows this event."
    ALREADY_SHOWN = "skip.already-shown", "The announcement shows it."
    CHANGED_AGAIN = "skip.changed-again", "It changed again."
    ANSWERED = "skip.answered", "The question has already been answered."
    NO_NEWS = "skip.no-news", "Nothing is coming, and nothing changed."
    TROUBLE_OVER = "skip.trouble-over", "The channel takes messages again."
    TROUBLE_UNTOLD = "skip.trouble-untold", "Nobody was told that the channel took none."
    DIGEST_MOVED = "skip.digest-moved", "The room has its digest at another time now."
    NO_DIRECT_MESSAGES = "skip.no-direct-messages", "The member does not accept direct messages."
    REPORT_THERE = "skip.report-there", "The report is there."
    REPORT_GONE = "skip.report-gone", "The report is gone."
    REPORT_UNLINKED = "skip.report-unlinked", "The report is no longer linked."
    REPORT_LINKED = "skip.report-linked", "The report has since been linked."
    NO_REPORT_OWED = "skip.no-report-owed", "The event did not take place as planned."
    SITE_UNREAD = "skip.site-unread", "The report site could not be read recently."
    MATERIALS_GONE = "skip.materials-gone", "The materials are gone."
    OUTAGE_OVER = "skip.outage-over", "connpass answers again."
    OUTAGE_UNTOLD = "skip.outage-untold", "Nobody was told that connpass was down."
    OUTAGE_UNFOLLOWED = "skip.outage-unfollowed", "What could not be read is no longer followed."

    def __init__(self, code: str, happened: str) -> None:
        self.code, self.happened = code, happened

    def told(self, language: Language) -> str:
        """Return the reason as people read it."""
        return language.gettext(self.happened)

    def __str__(self) -> str:
        return self.told(ENGLISH)
