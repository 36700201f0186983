"""When a message is edited: soon, but rarely."""

from dataclasses import replace
from datetime import timedelta

from bot.delivery.rules.deliveries import Delivery, DeliveryState
from bot.delivery.rules.follow_ups import EDIT_EVERY, SETTLES_IN, edit_at_once, edit_of, thread_below
from bot.events.event_posts import AnnouncementPost
from tests.support.events import NOW

SAID = Delivery(AnnouncementPost(5), "discord:1", NOW)


def test_the_first_edit_comes_soon_and_is_the_only_one_of_its_turn() -> None:
    first = edit_of(SAID, [], NOW)
    assert first.due_at == NOW + SETTLES_IN
    assert edit_of(SAID, [first], NOW).name == first.name


def test_what_changes_after_the_edit_waits_for_the_next_turn() -> None:
    first = replace(edit_of(SAID, [], NOW), state=DeliveryState.SENT)
    later = edit_of(SAID, [first], NOW + timedelta(seconds=20))
    assert later.name != first.name
    assert NOW < later.due_at <= NOW + EDIT_EVERY + SETTLES_IN


def test_an_edit_that_may_be_composed_at_this_moment_is_not_relied_on() -> None:
    first = edit_of(SAID, [], NOW)
    assert edit_of(SAID, [first], first.due_at).name != first.name


def test_messages_have_turns_of_their_own() -> None:
    others = [replace(SAID, destination=f"discord:{number}") for number in range(50)]
    done = [replace(edit_of(one, [], NOW), state=DeliveryState.SENT) for one in others]
    assert len({edit_of(one, [edit], NOW).due_at for one, edit in zip(others, done, strict=True)}) > 20


def test_what_follows_names_what_it_follows() -> None:
    for follow_up in (edit_of(SAID, [], NOW), edit_at_once(SAID, NOW), thread_below(SAID)):
        assert follow_up.post.follows("discord:1") == ("announcement", "event:5", "new", "discord:1")
        assert follow_up.event_id == 5
