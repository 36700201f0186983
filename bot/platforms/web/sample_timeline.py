"""The sample community's events and reports, laid around the moment at which it begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.locales import TOKYO

MARK = "【サンプル】"
ONLINE = "オンライン"
SERIES = "うつのみや技術の集い"
NEWS_AFTER = timedelta(seconds=20)  # a new event is published
REPORT_AFTER = timedelta(seconds=75)  # the report on the last event is published
REMINDED_AFTER = timedelta(seconds=45)  # the reminder of one hour is due


@dataclass(frozen=True, slots=True)
class SampleEvent:
    """An event, and from when on it is shown."""

    id: int
    number: int
    name: str
    about: str
    started_at: datetime
    ended_at: datetime
    place: str
    address: str
    limit: int
    accepted: int
    waiting: int
    shown_at: datetime

    @property
    def title(self) -> str:
        """The title, marked as a sample."""
        return f"{MARK}{SERIES} #{self.number:02} {self.name}"


@dataclass(frozen=True, slots=True)
class SampleReport:
    """A report on an event, shown from its publication on."""

    event: SampleEvent
    published_at: datetime
    paragraphs: tuple[str, ...]

    @property
    def title(self) -> str:
        """The title, marked as a sample."""
        return f"{self.event.title} レポート"

    @property
    def file(self) -> str:
        """The name of its page: the month of the event, as the group's own site does it."""
        return f"{self.event.started_at.astimezone(TOKYO):%Y%m}-{self.event.number:02}.html"


def sample_events(anchor: datetime) -> tuple[SampleEvent, ...]:
    """Return the events: two that are over, one in an hour, two later, and one that is published after the anchor."""
    soon = anchor + timedelta(hours=1) + REMINDED_AFTER
    return (
        _event(
            anchor, 1, "はじめてのもくもく会", "作りたいもの、学びたいものを持ち寄って、静かに手を動かす会です。",
            _at(anchor, -35, 14), 3, "まちなか交流スペース", (9, 15, 0),
        ),
        _event(
            anchor, 2, "手書き文字ハンズオン", "自分の手で書いたひらがなを集めて、小さなネットワークに覚えさせます。",
            _at(anchor, -1, 10), 4, "大通り貸し会議室 B", (13, 16, 0),
        ),
        _event(
            anchor, 3, "オンラインもくもく会", "ひとりだと後回しになることを、いっしょに。途中参加も歓迎です。",
            soon, 2, ONLINE, (7, 30, 0),
        ),
        _event(
            anchor, 4, "LT大会", "一人五分。うまくいった話も、うまくいかなかった話も聞かせてください。",
            _at(anchor, 8, 19), 2.5, "まちなか交流スペース", (20, 20, 4),
        ),
        _event(
            anchor, 5, "データを見る会", "町のオープンデータを地図とグラフにして、気づいたことを話しあいます。",
            _at(anchor, 21, 13), 4, "中央生涯学習室", (6, 18, 0),
        ),
        _event(
            anchor, 6, "作ったもの見せあう会", "アプリ、電子工作、文章、なんでも。見せて、聞いて、次の一歩を決めます。",
            _at(anchor, 33, 14), 3, "大通り貸し会議室 B", (1, 24, 0), anchor + NEWS_AFTER,
        ),
    )  # fmt: skip


def _event(
    anchor: datetime,
    number: int,
    name: str,
    about: str,
    start: datetime,
    hours: float,
    place: str,
    seats: tuple[int, int, int],
    shown_at: datetime | None = None,
) -> SampleEvent:
    accepted, limit, waiting = seats
    return SampleEvent(
        id=int(anchor.timestamp()) * 10 + number,
        number=number,
        name=name,
        about=about,
        started_at=start,
        ended_at=start + timedelta(hours=hours),
        place=place,
        address="" if place == ONLINE else "栃木県宇都宮市",
        limit=limit,
        accepted=accepted,
        waiting=waiting,
        shown_at=shown_at or anchor - timedelta(days=90),
    )


def sample_reports(events: tuple[SampleEvent, ...], anchor: datetime) -> tuple[SampleReport, ...]:
    """Return the reports on the two events that are over; the second one is published after the anchor."""
    first, second = events[0], events[1]
    return (
        SampleReport(
            first,
            first.ended_at + timedelta(days=2),
            (
                f"{_day(first)}に、はじめてのもくもく会を開きました。初参加の三人を含めて九人が集まりました。",
                "自己紹介のあとは、それぞれの机で二時間。電子工作の配線、論文の図、家計簿アプリと、机の上は九人九様でした。",
                "最後に一人一分ずつ進み具合を話して、拍手でおしまい。「家だと始められないことが始められた」という声が心に残りました。",
            ),
        ),
        SampleReport(
            second,
            anchor + REPORT_AFTER,
            (
                f"{_day(second)}に、手書き文字ハンズオンを開きました。参加は十三人です。",
                "まず全員で「あ」から「ん」までを紙に書いて、写真に撮りました。同じ「そ」でも一画の人と二画の人がいて、それだけで盛り上がりました。",
                "集めた文字で小さなネットワークを育てると、はじめは半分ほどしか当たらなかったのが、データを増やすたびに賢くなっていきました。",
                "このルームの「かく」から文字を描くと、その続きを試せます。",
            ),
        ),
    )


def _at(anchor: datetime, days: int, hour: int) -> datetime:
    """Return an hour of the day so many days from the anchor, by the clocks of Japan."""
    return (anchor.astimezone(TOKYO) + timedelta(days=days)).replace(hour=hour, minute=0, second=0, microsecond=0)


def _day(event: SampleEvent) -> str:
    start = event.started_at.astimezone(TOKYO)
    return f"{start.year}年{start.month}月{start.day}日({'月火水木金土日'[start.weekday()]})"
