"""The loopback Slack's methods about channels and people, each with the errors it answers."""

from tests.support.slack_facts import BOT_USER, HISTORY_OF, TEAM, Channel, Json, Person, SlackError, is_in_channel
from tests.support.slack_methods import Api, Arguments, is_on, method, paged, take_scope, text_of

MOST_HISTORY = 999


def _readable(api: Api, arguments: Arguments) -> Channel:
    found = api.world.channel(text_of(arguments, "channel"))
    take_scope(api.world, f"{HISTORY_OF[found.kind]}:history")
    if BOT_USER not in found.members:
        raise SlackError("not_in_channel")
    return found


def _read(messages: list[Json], arguments: Arguments) -> Json:
    oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or "9" * 12)
    including = is_on(arguments, "inclusive")
    asked = [
        one
        for one in messages
        if float(oldest) < float(one["ts"]) < float(latest) or (including and one["ts"] in (oldest, latest))
    ]
    page, cursor = paged(asked, arguments, MOST_HISTORY)
    with_metadata = is_on(arguments, "include_all_metadata")
    shown = [{k: v for k, v in one.items() if k != "metadata" or with_metadata} for one in page]
    more: Json = {"response_metadata": {"next_cursor": cursor}} if cursor else {}
    return {"messages": shown, "has_more": bool(cursor), **more}


@method("conversations.history")
def _history(api: Api, arguments: Arguments) -> Json:
    found = _readable(api, arguments)
    newest_first = [one for one in reversed(found.messages.values()) if is_in_channel(one)]
    return {**_read(newest_first, arguments), "pin_count": 0}


@method("conversations.replies")
def _replies(api: Api, arguments: Arguments) -> Json:
    found, root = _readable(api, arguments), text_of(arguments, "ts")
    if root not in found.messages:
        raise SlackError("thread_not_found")
    root = found.messages[root].get("thread_ts", root)
    return _read([one for one in found.messages.values() if root in (one["ts"], one.get("thread_ts"))], arguments)


def shown_channel(channel: Channel) -> Json:
    """A channel as conversations.info has it."""
    if channel.kind == "im":
        other = next(one for one in channel.members if one != BOT_USER)
        return {"id": channel.id, "is_im": True, "user": other, "is_archived": False, "is_open": True}
    return {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_member": BOT_USER in channel.members,
        "is_general": False,
        "context_team_id": TEAM,
        "num_members": len(channel.members),
    }


def _described(api: Api, arguments: Arguments) -> Channel:
    found = api.world.channel(text_of(arguments, "channel"))
    take_scope(api.world, f"{HISTORY_OF[found.kind]}:read")
    return found


@method("conversations.info")
def _info(api: Api, arguments: Arguments) -> Json:
    found = _described(api, arguments)
    shown = shown_channel(found)
    if not is_on(arguments, "include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


@method("conversations.members")
def _members(api: Api, arguments: Arguments) -> Json:
    page, cursor = paged(_described(api, arguments).members, arguments, 1000)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def _listed(api: Api, arguments: Arguments, *, own: bool, person: str = BOT_USER) -> Json:
    names = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}
    kinds = [names.get(one.strip(), "") for one in str(arguments.get("types") or "public_channel").split(",")]
    if "" in kinds:
        raise SlackError("invalid_types")
    for kind in kinds:
        take_scope(api.world, f"{HISTORY_OF[kind]}:read")
    found = [
        shown_channel(one)
        for one in api.world.channels.values()
        if one.kind in kinds and (person in one.members or (not own and one.kind == "channel"))
        if not (one.archived and is_on(arguments, "exclude_archived"))
    ]
    page, cursor = paged(found, arguments, 1000)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


@method("conversations.list")
def _list(api: Api, arguments: Arguments) -> Json:
    return _listed(api, arguments, own=False)


@method("users.conversations")
def _own_list(api: Api, arguments: Arguments) -> Json:
    return _listed(api, arguments, own=True, person=str(arguments.get("user") or BOT_USER))


@method("conversations.open", "im:write")
def _open(api: Api, arguments: Arguments) -> Json:
    people = [one for one in str(arguments.get("users") or "").split(",") if one]
    if not people and arguments.get("channel"):
        found = api.world.channel(str(arguments["channel"]))
    elif len(people) != 1:
        take_scope(api.world, "mpim:write")
        raise SlackError("users_list_not_supplied" if not people else "not_enough_users")
    else:
        person = api.world.person(people[0])
        if person.deleted or person.id == BOT_USER:
            raise SlackError("user_disabled" if person.deleted else "cannot_dm_bot")
        found = api.world.direct(person.id)
    return {"channel": {"id": found.id} if not is_on(arguments, "return_im") else shown_channel(found)}


@method("conversations.join", "channels:join")
def _join(api: Api, arguments: Arguments) -> Json:
    found = api.world.channel(text_of(arguments, "channel"))
    if found.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if found.archived:
        raise SlackError("is_archived")
    api.world.join(found.id, BOT_USER)
    return {"channel": shown_channel(found)}


def shown_person(person: Person, *, with_locale: bool = False) -> Json:
    """A member as users.info has it."""
    shown = {
        "id": person.id,
        "team_id": person.team,
        "name": person.name,
        "deleted": person.deleted,
        "real_name": person.name,
        "tz": person.timezone,
        "tz_offset": 32400,
        "profile": {"real_name": person.name, "display_name": person.name, "team": TEAM},
        "is_admin": person.is_admin,
        "is_owner": person.is_admin,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_bot": person.is_bot,
        "is_app_user": False,
        "updated": 0,
    }
    return {**shown, "locale": person.locale} if with_locale else shown


@method("users.info", "users:read")
def _user(api: Api, arguments: Arguments) -> Json:
    person = api.world.person(text_of(arguments, "user"))
    return {"user": shown_person(person, with_locale=is_on(arguments, "include_locale"))}


@method("users.list", "users:read")
def _users(api: Api, arguments: Arguments) -> Json:
    page, cursor = paged(list(api.world.people.values()), arguments, 1000)
    locale = is_on(arguments, "include_locale")
    return {
        "members": [shown_person(one, with_locale=locale) for one in page],
        "response_metadata": {"next_cursor": cursor},
    }
