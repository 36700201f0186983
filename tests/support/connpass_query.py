"""What a connpass stand-in finds: the documented parameters of `/events/`, and the Atom feed of a group.

`nickname` is documented, but participants are not kept here, so it is refused like an unknown parameter.
"""

import re
from datetime import datetime
from html import escape
from typing import Any

ARRAYS = {"event_id", "keyword", "keyword_or", "ym", "ymd", "owner_nickname", "group_id", "subdomain", "prefecture"}
NUMBERS = {"event_id", "group_id", "order", "start", "count"}
DIGITS = {"ym": 6, "ymd": 8}
BOUNDS = {"order": (1, 3), "start": (1, 10**9), "count": (1, 100)}
FEED_LENGTH = 10
_PREFECTURES = """
online オンライン hokkaido 北海道 aomori 青森県 iwate 岩手県 miyagi 宮城県 akita 秋田県 yamagata 山形県 fukushima 福島県
ibaraki 茨城県 tochigi 栃木県 gunma 群馬県 saitama 埼玉県 chiba 千葉県 tokyo 東京都 kanagawa 神奈川県 yamanashi 山梨県
nagano 長野県 niigata 新潟県 toyama 富山県 ishikawa 石川県 fukui 福井県 gifu 岐阜県 shizuoka 静岡県 aichi 愛知県
mie 三重県 shiga 滋賀県 kyoto 京都府 osaka 大阪府 hyogo 兵庫県 nara 奈良県 wakayama 和歌山県 tottori 鳥取県
shimane 島根県 okayama 岡山県 hiroshima 広島県 yamaguchi 山口県 tokushima 徳島県 kagawa 香川県 ehime 愛媛県 kochi 高知県
fukuoka 福岡県 saga 佐賀県 nagasaki 長崎県 kumamoto 熊本県 oita 大分県 miyazaki 宮崎県 kagoshima 鹿児島県 okinawa 沖縄県
"""
_WORDS = _PREFECTURES.split()
PREFECTURES = dict(zip(_WORDS[::2], _WORDS[1::2], strict=True))

Parameters = dict[str, list[str]]


class QueryError(Exception):
    """A parameter that connpass refuses."""


def listing(events: list[Any], params: Parameters) -> dict[str, Any]:
    """Answer a query as `/events/` does. Raises QueryError."""
    params = _checked(params)
    found = [event for event in events if all(_matches(event, name, params[name]) for name in params)]
    found.sort(key=_ORDERS[int(params.get("order", ["1"])[0])], reverse=True)
    return _page_of(found, params, "events")


def presentations(shown: list[Any], params: Parameters) -> dict[str, Any]:
    """Answer a query as `/events/{id}/presentations/` does. Raises QueryError."""
    params = _checked(params)
    if unknown := params.keys() - {"start", "count"}:
        raise QueryError(f"{min(unknown)}: unknown parameter")
    return _page_of(shown, params, "presentations")


def groups(events: list[Any], params: Parameters) -> dict[str, Any]:
    """Answer a query as `/groups/` does: the groups that hold these events. Raises QueryError."""
    params = _checked(params)
    if unknown := params.keys() - {"subdomain", "start", "count"}:
        raise QueryError(f"{min(unknown)}: unknown parameter")
    found = {key(event, "group", "id"): key(event, "group") for event in events if key(event, "group", "id")}
    asked = params.get("subdomain")
    chosen = [group for group in found.values() if asked is None or group["subdomain"] in asked]
    return _page_of(chosen, params, "groups")


def _page_of(found: list[Any], params: Parameters, name: str) -> dict[str, Any]:
    start, count = int(params.get("start", ["1"])[0]), int(params.get("count", ["10"])[0])
    page = found[start - 1 : start - 1 + count]
    return {"results_returned": len(page), "results_available": len(found), "results_start": start, name: page}


def feed(events: list[Any], group: str) -> str:
    """Write the Atom feed of a group: the newest events, with the dates of their publication."""
    newest = sorted(
        (event for event in events if key(event, "group", "subdomain") == group), key=_ORDERS[3], reverse=True
    )
    entries = "\n".join(_entry(event) for event in newest[:FEED_LENGTH])
    head = f'<feed xml:lang="ja" xmlns="http://www.w3.org/2005/Atom"><title>{group}</title>'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{head}\n{entries}\n</feed>'


def key(event: Any, *path: str) -> Any:
    """Return what stands under a path of keys; None if nothing does."""
    for name in path:
        event = event.get(name) if isinstance(event, dict) else None
    return event


def _checked(params: Parameters) -> Parameters:
    """Refuse what the API does not offer, and split `name=a,b`."""
    split = {name: values if name not in ARRAYS else ",".join(values).split(",") for name, values in params.items()}
    for name, values in split.items():
        if name not in ARRAYS | set(BOUNDS):
            raise QueryError(f"{name}: unknown parameter")
        for value in values:
            if not _is_valid(name, value) or (name in BOUNDS and len(values) > 1):
                raise QueryError(f"{name}: invalid value")
    return split


def _is_valid(name: str, value: str) -> bool:
    if name in DIGITS:
        return re.fullmatch(rf"20\d{{{DIGITS[name] - 2}}}", value) is not None and "01" <= value[4:6] <= "12"
    if name in NUMBERS:
        low, high = BOUNDS.get(name, (1, 10**12))
        return value.isascii() and value.isdigit() and low <= int(value) <= high
    return value in PREFECTURES if name == "prefecture" else bool(value)


def _matches(event: Any, name: str, values: list[str]) -> bool:
    match name:
        case "order" | "start" | "count":
            return True
        case "event_id":
            return str(key(event, "id")) in values
        case "group_id":
            return str(key(event, "group", "id")) in values
        case "subdomain":
            return key(event, "group", "subdomain") in values
        case "owner_nickname":
            return key(event, "owner_nickname") in values
        case "keyword":
            return all(value.casefold() in _searched(event) for value in values)
        case "keyword_or":
            return any(value.casefold() in _searched(event) for value in values)
        case "prefecture":
            return any(PREFECTURES[value] in f"{key(event, 'address')} {key(event, 'place')}" for value in values)
        case _:
            return _text(event, "started_at").replace("-", "")[: DIGITS[name]] in values


def _text(event: Any, name: str) -> str:
    return str(key(event, name) or "")


def _searched(event: Any) -> str:
    return "\n".join(_text(event, name) for name in ("title", "catch", "description", "address")).casefold()


def _id(event: Any) -> int:
    return int(number) if (number := _text(event, "id")).isdigit() else 0


_ORDERS = {
    1: lambda event: (_text(event, "updated_at"), _id(event)),
    2: lambda event: (_text(event, "started_at"), _id(event)),
    3: lambda event: (_id(event), ""),
}


def _entry(event: Any) -> str:
    link = f"{_text(event, 'url')}?utm_campaign=recent_events&utm_source=feed&utm_medium=atom"
    where = f"{_text(event, 'address')} ({_text(event, 'place')})"
    summary = f"開催日時: {_when(event)}<br />\n開催場所: {where}<br />\n{_text(event, 'description')}"
    updated = _text(event, "updated_at")
    return f"""<entry>
<title>{escape(_text(event, "title"))}</title>
<link href="{escape(link)}" rel="alternate" type="text/html"/>
<published>{updated}</published><updated>{updated}</updated>
<id>{escape(_text(event, "url"))}</id>
<summary type="html">{escape(summary)}</summary>
</entry>"""


def _when(event: Any) -> str:
    times = [_text(event, name) for name in ("started_at", "ended_at")]
    start, end = (datetime.fromisoformat(time) if time else None for time in times)
    if start is None or end is None:
        return f"{start:%Y/%m/%d %H:%M}" if start else ""
    return f"{start:%Y/%m/%d %H:%M} ～ {end:{'%H:%M' if end.date() == start.date() else '%Y/%m/%d %H:%M'}}"
