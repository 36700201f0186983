"""The loopback Slack's methods about modals, homes and files, each with the errors it answers."""

from tests.support.slack_blocks import refused_view
from tests.support.slack_facts import BOT_USER, Json, SlackError, by_bot, new_id
from tests.support.slack_messages import checked_blocks, may_post
from tests.support.slack_methods import Api, Arguments, method, text_of
from tests.support.slack_views import keep_view
from tests.support.slack_world import SlackWorld


def _view(arguments: Arguments, kind: str) -> Json:
    view = arguments.get("view")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] view must be an object"]})
    refused = refused_view(view)
    if not refused and view["type"] != kind:
        refused = [f"[ERROR] must be {kind} [json-pointer:/view/type]"]
    if refused:
        raise SlackError("invalid_arguments", response_metadata={"messages": refused})
    return view


@method("views.open")
def _open_view(api: Api, arguments: Arguments) -> Json:
    view = _view(arguments, "modal")
    done = api.members.of_trigger(text_of(arguments, "trigger_id"))
    return {"view": keep_view(api.world, view, done.person)}


@method("views.push")
def _push_view(api: Api, arguments: Arguments) -> Json:
    view = _view(arguments, "modal")
    done = api.members.of_trigger(text_of(arguments, "trigger_id"))
    before = api.world.views.get(done.view)
    if before is None:
        raise SlackError("invalid_trigger_id")
    if _depth(api.world, before) >= 3:
        raise SlackError("push_limit_reached")
    return {"view": keep_view(api.world, view, done.person, before)}


def _depth(world: SlackWorld, view: Json | None) -> int:
    return 0 if view is None else 1 + _depth(world, world.views.get(str(view["previous_view_id"])))


@method("views.update")
def _update_view(api: Api, arguments: Arguments) -> Json:
    number, external = arguments.get("view_id"), arguments.get("external_id")
    views = api.world.views.values()
    before = next((one for one in views if one["id"] == number or (external and one["external_id"] == external)), None)
    if before is None:
        raise SlackError("not_found")
    view = _view(arguments, before["type"])
    if arguments.get("hash") and arguments["hash"] != before["hash"]:
        raise SlackError("hash_conflict")
    return {"view": keep_view(api.world, view, api.world.viewers[before["id"]], before, replaces=True)}


@method("views.publish")
def _publish(api: Api, arguments: Arguments) -> Json:
    if not api.world.app.home_tab:
        raise SlackError("not_enabled")
    view, person = _view(arguments, "home"), api.world.person(text_of(arguments, "user_id"))
    before = api.world.views.get(api.world.homes.get(person.id, ""))
    if before and arguments.get("hash") and arguments["hash"] != before["hash"]:
        raise SlackError("hash_conflict")
    return {"view": keep_view(api.world, view, person.id, before, replaces=before is not None)}


@method("files.info", "files:read")
def _file(api: Api, arguments: Arguments) -> Json:
    file = api.world.files.get(text_of(arguments, "file"))
    if file is None or not (file.author == BOT_USER or api.world.shares(file, BOT_USER)):
        raise SlackError("file_not_found")
    if file.deleted:
        raise SlackError("file_deleted")
    channels = list(file.channels)
    return {"file": {**api.world.poll(file), "channels": channels}, "comments": []}


@method("files.getUploadURLExternal", "files:write")
def _upload_address(api: Api, arguments: Arguments) -> Json:
    name = text_of(arguments, "filename")
    try:
        size = int(text_of(arguments, "length"))
    except ValueError:
        size = 0
    if size < 1:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] must be a positive length"]})
    file = api.world.upload(name, None, BOT_USER)
    file.length = size
    return {"upload_url": f"{api.world.base_url}/upload/v1/{new_id('Q')}{file.id}", "file_id": file.id}


@method("files.completeUploadExternal", "files:write")
def _complete(api: Api, arguments: Arguments) -> Json:
    asked = arguments.get("files")
    if not isinstance(asked, list) or not asked:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: files"]})
    files = [api.world.files.get(str(one.get("id"))) for one in asked]
    kept = [one for one in files if one is not None and one.content is not None and not one.channels]
    if len(kept) != len(asked):
        raise SlackError("file_not_found")
    for file, one in zip(kept, asked, strict=True):
        file.title = str(one.get("title") or file.name)
    places = str(arguments.get("channel_id") or arguments.get("channels") or "")
    channels = [api.world.channel(one) for one in places.split(",") if one]
    for channel in channels:
        may_post(api, channel)
    said: Json = {"text": str(arguments.get("initial_comment") or "")}
    if arguments.get("blocks") and not said["text"]:
        said["blocks"] = checked_blocks(api, arguments["blocks"])
    if arguments.get("thread_ts"):
        said["thread_ts"] = str(arguments["thread_ts"])

    def share() -> None:
        if not any(one.polls_until_ready for one in kept):
            for channel in channels:
                api.world.post(channel.id, by_bot(said), kept, sent=dict(arguments))

    answer = {"files": [api.world.shown_file(one) for one in kept]}
    waited_for = [file for file in kept if file.polls_until_ready]
    for file in waited_for:  # it comes into the channels when the last one is ready
        file.waiting.append(share)
    if not waited_for:
        share()
    return answer
