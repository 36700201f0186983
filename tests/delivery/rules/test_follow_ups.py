"""When a message is edited: soon, but rarely."""

from dataclasses import replace
from datetime import timedelta

from bot.delivery.rules.deliveries import Delivery
from bot.delivery.rules.follow_ups import EDIT_EVERY, SETTLES_IN, edit_at_once, edit_of, thread_below
from bot.events.event_posts import AnnouncementPost
from tests.support.events import NOW

SAID = Delivery(AnnouncementPost(5), "discord:1", NOW)


def test_the_first_edit_comes_soon() -> None:
    assert edit_of(SAID, None, NOW).due_at == NOW + SETTLES_IN


def test_a_message_has_one_edit_however_often_it_changes() -> None:
    edits = [edit_of(SAID, None, NOW), edit_of(SAID, NOW, NOW + EDIT_EVERY), edit_at_once(SAID, NOW)]
    assert len({edit.name for edit in edits}) == 1


def test_what_changes_soon_after_an_edit_waits_some_minutes() -> None:
    due_at = edit_of(SAID, NOW, NOW + timedelta(seconds=20)).due_at
    assert NOW + EDIT_EVERY - timedelta(minutes=1) <= due_at <= NOW + EDIT_EVERY


def test_what_changes_long_after_an_edit_is_seen_soon() -> None:
    assert edit_of(SAID, NOW - timedelta(days=1), NOW).due_at == NOW + SETTLES_IN


def test_a_thousand_rooms_are_not_edited_at_once() -> None:
    others = [replace(SAID, destination=f"discord:{number}") for number in range(50)]
    assert len({edit_of(said, NOW, NOW).due_at for said in others}) > 20


def test_what_follows_names_what_it_follows() -> None:
    for follow_up in (edit_of(SAID, None, NOW), edit_at_once(SAID, NOW), thread_below(SAID)):
        assert follow_up.post.follows("discord:1") == ("announcement", "event:5", "new", "discord:1")
        assert follow_up.event_id == 5
