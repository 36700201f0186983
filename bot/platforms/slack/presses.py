"""What members press, choose and fill in in Slack: below a message, on organisers' pages, in the app's home."""

from functools import partial

import structlog
from slack_bolt.async_app import AsyncAck

from bot.answering.answering import Answering
from bot.answering.commands import QUIZ
from bot.answering.general_messages import sent_privately
from bot.core.actions import Action, Shown
from bot.core.errors import SendError
from bot.core.messages import Entry, Message
from bot.handwriting.quiz_messages import PlayQuiz
from bot.handwriting.reading_buttons import Explain
from bot.organisers.organising import organising_topic
from bot.platforms.hearing import Hearing
from bot.platforms.slack.conversation import (
    Asked,
    Json,
    SlackConversation,
    Tell,
    channel_of,
    is_whispered,
    root_of,
    team_of,
    thread_of,
)
from bot.platforms.slack.errors import cause_of
from bot.platforms.slack.forms import asked_by, form, given, written
from bot.platforms.slack.home import home_view
from bot.platforms.slack.members import SlackMembers
from bot.platforms.slack.posts import SlackPosts
from bot.platforms.slack.sent_form import SentForm
from bot.platforms.slack.uploads import SlackUploads
from bot.platforms.slack.web import SlackWeb

log = structlog.get_logger()


class SlackPresses:
    """Takes what is pressed in one workspace."""

    def __init__(
        self,
        conversation: SlackConversation,
        uploads: SlackUploads,
        web: SlackWeb,
        posts: SlackPosts,
        members: SlackMembers,
        answering: Answering,
        hearing: Hearing,
    ) -> None:
        self._conversation = conversation
        self._uploads = uploads
        self._web = web
        self._posts = posts
        self._members = members
        self._answering = answering
        self._hearing = hearing

    async def on_action(self, ack: AsyncAck, body: Json) -> None:
        """Take a pressed button or a choice, also on a message from before a restart."""
        await ack()
        action = body["actions"][0]
        if action.get("url"):
            return  # a link
        member = str(body["user"]["id"])
        entry, channel = asked_by(action), channel_of(body)
        if not channel:
            await self._pressed_at_home(member, body, action)
            return
        if entry is not None:
            await self._open_form(entry, channel, body)
            return
        url = str(body.get("response_url") or "")
        wanted = self._answering.actions.decode(str(action["action_id"]), given(action))
        key, team = f"action {body.get('trigger_id') or url}", team_of(body)
        rights = wanted is not None and wanted.asks_for_rights
        asked = await self._conversation.asked(key, member, channel, thread_of(body), team=team, rights=rights)
        tell = self._below(asked, url, is_whispered=is_whispered(body))

        async def work() -> None:
            await self._pressed(asked, wanted, body, tell)

        await self._conversation.do(asked, work, tell)

    async def _open_form(self, entry: Entry, channel: str, body: Json) -> None:
        """Open a form at once: Slack allows it for three seconds. Who may send it off is looked at afterwards."""
        if not await self._hearing.is_new(f"opening {body['trigger_id']}"):
            return
        texts = self._answering.texts(self._members.room_at(channel).locale)
        url = str(body.get("response_url") or "")
        thread_ts = thread_of(body)
        kept = {"channel": channel, "url": url, "whispered": is_whispered(body), "thread": thread_ts}
        view = form(entry, kept, texts.gettext("Send"), texts.gettext("Cancel"))
        try:
            await self._web.call("views.open", "a form", trigger_id=body["trigger_id"], view=view)
        except SendError as error:
            if cause_of(error) == "exchanged_trigger_id":  # it was opened, and the answer to that got lost
                return
            log.warning("form not opened", reason=str(error))
            member, team = str(body["user"]["id"]), team_of(body)
            asked = await self._conversation.asked("", member, channel, thread_ts, team=team)
            await self._conversation.apologise(asked, partial(self._conversation.respond, asked, url))

    async def on_form(self, ack: AsyncAck, body: Json, view: Json) -> None:
        """Take what was written in a form; what is wrong with it is said there."""
        kept, line = written(view)
        key, member = f"form {body.get('trigger_id') or view['id']}", str(body["user"]["id"])
        wanted = self._answering.actions.decode(kept["entry"], [line])
        rights, team, thread_ts = wanted is not None and wanted.asks_for_rights, team_of(body), kept.get("thread")
        texts = self._answering.texts(self._members.room_at(kept["channel"]).locale)
        async with SentForm(self._web, ack, dict(view), texts) as sent:
            asked = await self._conversation.asked(key, member, kept["channel"], thread_ts, team=team, rights=rights)
            tell = self._below(asked, kept["url"], is_whispered=kept["whispered"])

            async def work() -> None:
                await self._pressed(asked, wanted, body, tell, sent)

            await self._conversation.do(asked, work, tell)

    async def _pressed(
        self, asked: Asked, action: Action | None, body: Json, tell: Tell, sent: SentForm | None = None
    ) -> None:
        answer = None if action is None else await self._answering.act(asked.asker, action)
        if action is None or answer is None:
            return
        if sent is not None and answer.refuses:
            await sent.refuse(answer.refuses)
            return
        if isinstance(action, Explain):
            await self._uploads.show_explanation(asked, action, answer, body)
        elif action.shown is Shown.ALL and asked.asker.may_decide:
            await self._conversation.say(asked, answer, asked.thread_ts or root_of(body))
        else:
            await tell(answer)

    def _below(self, asked: Asked, url: str, *, is_whispered: bool) -> Tell:
        """Return how a press is answered: what the member alone saw gives way, else they alone are told."""

        async def tell(message: Message) -> None:
            await self._conversation.respond(
                asked, url, message, to_all=asked.is_alone and not is_whispered, instead=is_whispered
            )

        return tell

    async def page(self, asked: Asked, argument: str) -> Message:
        """Return the page that `/tsudoi ARGUMENT` opens."""
        organising = self._answering.organising
        if organising is None:
            return await self._answering.help(asked.asker)
        return await organising.open(asked.asker, organising_topic(argument.partition(" ")[0]))

    async def on_home(self, ack: AsyncAck, body: Json, event: Json) -> None:
        """Show the app's home as it is now."""
        await ack()
        if event.get("tab", "home") == "home":
            try:
                await self._show_home(str(event["user"]), team_of(body), str(event.get("channel", "")))
            except SendError as error:
                log.warning("home not shown", reason=str(error))

    async def _show_home(self, member: str, team: str, channel: str = "", notice: Message | None = None) -> None:
        asked = await self._conversation.asked("", member, channel, team=team, rights=True)
        view = await home_view(self._answering, asked.asker, notice)
        await self._web.call("views.publish", "the app's home", user_id=member, view=view)

    async def _pressed_at_home(self, member: str, body: Json, action: Json) -> None:
        pressed_as = body.get("trigger_id") or (body.get("view") or {}).get("hash")
        wanted = self._answering.actions.decode(str(action["action_id"]), given(action))
        key, rights = f"action {pressed_as}", wanted is not None and wanted.asks_for_rights
        asked = await self._conversation.asked(key, member, "", team=team_of(body), rights=rights)

        async def tell(message: Message) -> None:
            await self._show_home(member, team_of(body), notice=message)

        async def work() -> None:
            if isinstance(wanted, PlayQuiz):
                await tell(await self._quizzed_directly(asked, wanted, team_of(body)))
                return
            answer = None if wanted is None else await self._answering.act(asked.asker, wanted)
            await self._show_home(member, team_of(body), notice=answer)

        await self._conversation.do(asked, work, tell)

    async def _quizzed_directly(self, asked: Asked, action: PlayQuiz, team: str) -> Message:
        """Ask a member in direct messages, where pictures can be shown; return what the home says of it."""
        member = asked.asker.member
        channel = await self._posts.direct_channel(member)
        there = await self._conversation.asked(asked.key, member, channel, team=team)
        if (question := await self._answering.act(there.asker, action)) is not None:
            await self._conversation.say(there, question, None)
        return sent_privately(self._answering.texts(asked.asker.own_language), QUIZ.name, is_sent=True)
