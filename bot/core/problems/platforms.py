"""What can go wrong at Discord, Slack and the local room, and in sending to them."""

from bot.core.problems.base import Passing, Problem


class NotConnected(Passing):
    code = "platform.not-connected"
    happened = "I am not connected."
    remedy = "I will keep trying; if it persists, the log says why."


class Refused(Problem):
    code = "platform.refused"
    happened = "{platform} refused it ({reason})."
    remedy = "Look the reason up in the documentation of {platform}."
    platform: str
    reason: str


class TokenRefused(Problem):
    code = "token.refused"
    happened = "The token under {setting} was refused."
    remedy = "Put a new one there and restart me."
    setting: str


class SlackTokenRefused(Problem):
    code = "token.refused-by-slack"
    happened = "The token under slack.bot_token was refused."
    remedy = "Install the app again at api.slack.com/apps, put its new Bot User OAuth Token there, and restart me."


class WrongToken(Problem):
    code = "token.wrong-kind"
    happened = "{setting} is not the token that belongs there."
    remedy = "Put the one there that begins with {begins}."
    setting: str
    begins: str


class ScopeMissing(Problem):
    code = "scope.missing"
    happened = "The app lacks a scope: {scope}."
    remedy = "Add it on the app's page under OAuth & Permissions, and install the app again."
    scope: str


class SocketScopeMissing(Problem):
    code = "scope.missing-for-socket"
    happened = "The token under slack.app_token lacks the scope connections:write."
    remedy = "Make an app-level token with that scope, and put it there."


class NotInstalled(Problem):
    code = "app.not-installed"
    happened = "The app is not installed in this workspace."
    remedy = "Install it there."


class AccessSuspended(Problem):
    code = "app.suspended"
    happened = "The workspace's administrators suspended my access."
    remedy = "Please ask them about it."


class ChannelGone(Problem):
    code = "channel.gone"
    happened = "The channel is gone, or I am not in it."
    remedy = "Invite me there, set up another one with /tsudoi setup, or correct rooms.channel in config.toml."


class LeftServer(Problem):
    code = "server.left"
    happened = "I am not in the server any more."
    remedy = "Invite me again: I go on by myself, and what is still of use is posted then."


class ChannelArchived(Problem):
    code = "channel.archived"
    happened = "The channel is archived."
    remedy = "Unarchive it, or remove its room from the configuration."


class NoDiscordChannel(Problem):
    code = "channel.not-of-discord"
    happened = '"{written}" is not a Discord channel.'
    remedy = "Put its number under rooms.channel in config.toml."
    written: str


class NoLocalChannel(Problem):
    code = "channel.not-local"
    happened = 'The local room has no channel "{written}".'
    remedy = 'Write rooms.channel = "main" in config.toml.'
    written: str


class ChannelHidden(Problem):
    code = "channel.hidden"
    happened = "I cannot see the channel."
    remedy = "Let me see it (in Discord: View Channel), or invite me there (in Slack: /invite @Tsudoi)."


class PermissionMissing(Problem):
    code = "channel.permission-missing"
    happened = "I lack a permission in the channel."
    remedy = "Give it to me in the channel's settings, such as Send Messages and Embed Links."


class PostingForbidden(Problem):
    code = "channel.posting-forbidden"
    happened = "The app may not post in the channel."
    remedy = "Ask the workspace's administrators to let the app post there."


class NoThreads(Problem):
    code = "channel.no-threads"
    happened = "The channel does not allow threads."
    remedy = "Set threads = false for its room, or choose another channel."


class MessageGone(Problem):
    code = "message.gone"
    happened = "Someone deleted the message."
    remedy = "No action is needed."


class NotOurMessage(Problem):
    code = "message.not-ours"
    happened = "The message was posted under the token of an earlier installation."
    remedy = "No action is needed."


class EditsClosed(Problem):
    code = "message.edits-closed"
    happened = "The message can no longer be edited."
    remedy = "Let the app edit its messages at any time, in the workspace's settings."


class CalendarFull(Problem):
    code = "calendar.full"
    happened = "The server's calendar is full."
    remedy = "Delete events that are no longer needed, or set scheduled_events = false for its rooms."


class NoDirectMessages(Problem):
    code = "member.no-direct-messages"
    happened = "The member does not accept direct messages."
    remedy = "They will be told when they next ask me something."


class MessagesTabOff(Problem):
    code = "member.messages-tab-off"
    happened = "The app cannot send direct messages."
    remedy = "Turn on the Messages Tab on the app's page, under App Home."


class StoodStill(Passing):
    code = "sending.stood-still"
    happened = "My computer was suspended in the meantime."


class NotPostedYet(Passing):
    code = "sending.not-posted-yet"
    happened = "The message that it belongs to is not posted yet."


class Broke(Passing):
    code = "sending.broke"
    happened = "I made a mistake in writing it ({error})."
    remedy = "I try again for as long as it is of use; please report it with the lines of the log."
    error: str


class UnknownPost(Problem):
    code = "sending.unknown-post"
    happened = "This version of me does not know what to say there."
    remedy = "Look for a newer version of me."


class GivenUp(Problem):
    code = "sending.given-up"
    happened = "I gave up after two days. {last}"
    remedy = "Once it works again, post the message again."
    last: Problem


class PortInUse(Problem):
    code = "port.in-use"
    happened = "Port {port} on {host} is in use."
    remedy = "End the program that uses it (another Tsudoi?), or choose web.port = {other} (TSUDOI_WEB__PORT={other})."
    host: str
    port: int
    other: int


class PortForbidden(Problem):
    code = "port.forbidden"
    happened = "Port {port} may not be opened by this user."
    remedy = "Choose web.port above 1023 in config.toml."
    port: int


class CannotListen(Problem):
    code = "port.cannot-listen"
    happened = "I cannot listen on {where}."
    remedy = "Check web.host in config.toml."
