"""What is written comes back: conversations, turns with everything in them, drafts."""

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.event_codec import encode_interaction
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader
from desktop_app.interactions.generation import GenerationConfig, InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.store import conversations as store
from desktop_app.store.database import FILE_NAME, open_connection
from desktop_app.store.errors import StoreError
from desktop_app.store.export import export
from desktop_app.store.rows import (
    ConversationRow,
    Draft,
    interaction_row,
    restore_interaction,
)
from tests.interactions.test_interaction import folded, sample_events
from tests.samples import STREAMS


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    connection = open_connection(tmp_path / FILE_NAME)
    yield connection
    connection.close()


def row(key: str = "c1", **fields: object) -> ConversationRow:
    base = ConversationRow(key, f"title of {key}", "https://x", created=1.0, updated=2.0)
    return replace(base, **fields)  # type: ignore[arg-type]


def attachment(letter: str) -> AttachmentContent:
    return AttachmentContent("image", letter * 64, f"{letter}.png", "image/png", 3, 1, 1)


def test_conversations_come_back_the_latest_first(db: apsw.Connection) -> None:
    for key in ("a", "b", "c"):
        store.save_conversation(db, row(key, model="m", thinking_level="low", unread=True))
    store.set_trashed(db, "b", 5.0)
    listed = store.list_conversations(db)
    assert [one.key for one in listed] == ["c", "a"]
    assert listed[0] == row("c", sequence=3, model="m", thinking_level="low", unread=True)
    assert [one.key for one in store.list_conversations(db, trashed=True)] == ["b"]
    store.set_trashed(db, "b", None)
    assert [one.key for one in store.list_conversations(db)] == ["c", "b", "a"]


def test_saving_again_changes_the_columns_and_not_the_place(db: apsw.Connection) -> None:
    store.save_conversation(db, row("a"))
    store.save_conversation(db, row("b"))
    store.save_conversation(db, row("a", title="new", named=True))
    assert [one.title for one in store.list_conversations(db)] == ["title of b", "new"]


def test_a_new_turn_brings_its_conversation_to_the_top(db: apsw.Connection) -> None:
    store.save_conversation(db, row("a"))
    store.save_conversation(db, row("b"))
    store.add_turn(db, row("a"), interaction_row(Interaction("t"), "a"))
    assert [one.key for one in store.list_conversations(db)] == ["a", "b"]


@pytest.mark.parametrize("name", STREAMS)
def test_every_sample_comes_back_as_it_was(db: apsw.Connection, name: str) -> None:
    turn = Interaction(
        "t1",
        input=(TextContent("hi"), attachment("a")),
        request=InteractionRequest(model="m", generation_config=GenerationConfig(temperature=0.5)),
        origin="https://x",
    )
    for event in sample_events(name):
        turn.apply(event)
    store.add_attachment(db, "a" * 64, 3)
    store.add_turn(db, row(head="t1"), interaction_row(turn, "c1"))
    (stored,) = store.load_interactions(db, "c1")
    back = restore_interaction(stored)
    assert folded(back) == folded(turn)
    assert back.input == turn.input
    assert back.request == turn.request
    assert (back.origin, back.key, back.previous) == (turn.origin, turn.key, turn.previous)
    if turn.outcome is Outcome.STREAMING:
        assert back.outcome is Outcome.INTERRUPTED
    else:
        assert (back.outcome, back.failure) == (turn.outcome, turn.failure)


@pytest.mark.parametrize("cut", range(0, 20, 3))
def test_a_turn_stored_on_the_way_goes_on_to_the_same_end(db: apsw.Connection, cut: int) -> None:
    events = sample_events("06_code_execution")
    for number, event in enumerate(events):
        object.__setattr__(event, "event_id", f"e{number}")
    whole, half = Interaction(), Interaction("t1")
    for event in events:
        whole.apply(event)
    for event in events[:cut]:
        half.apply(event)
    store.add_turn(db, row(), interaction_row(half, "c1"))
    (stored,) = store.load_interactions(db, "c1")
    back = restore_interaction(stored)
    for event in events[max(0, cut - 1) :]:
        back.apply(event)
    assert folded(back) == folded(whole)
    assert back.outcome is Outcome.COMPLETE


def test_what_was_streaming_is_interrupted_after_a_restart(db: apsw.Connection) -> None:
    store.add_turn(db, row(), interaction_row(Interaction("t1"), "c1"))
    (stored,) = store.load_interactions(db, "c1")
    back = restore_interaction(stored)
    assert back.outcome is Outcome.INTERRUPTED
    assert back.failure is not None
    assert "kept" in back.failure.advice


def test_a_failure_comes_back_in_its_words(db: apsw.Connection) -> None:
    turn = Interaction("t1")
    turn.fail(Failure("connect", "No network.", "Kept.", "ConnectError"))
    store.add_turn(db, row(), interaction_row(turn, "c1"))
    (stored,) = store.load_interactions(db, "c1")
    assert restore_interaction(stored).failure == turn.failure


def test_steps_are_written_over_and_dropped(db: apsw.Connection) -> None:
    turn = Interaction("t1")
    for event in sample_events("06_code_execution"):
        turn.apply(event)
    frozen = interaction_row(turn, "c1")
    store.add_turn(db, row(), replace(frozen, steps=()))
    store.update_interaction(db, frozen, frozen.steps)
    store.update_interaction(db, frozen, frozen.steps[:1])
    (stored,) = store.load_interactions(db, "c1")
    assert stored == frozen
    store.drop_steps_from(db, "t1", 2)
    (stored,) = store.load_interactions(db, "c1")
    assert len(stored.steps) == 2


def test_a_draft_comes_back_with_its_attachments(db: apsw.Connection) -> None:
    draft = Draft("half a question", (attachment("a"), attachment("b")))
    for one in draft.attachments:
        store.add_attachment(db, one.sha256, one.size)
    store.save_draft(db, "c1", draft)
    assert store.load_draft(db, "c1") == draft
    assert store.load_draft(db, "") == Draft()
    store.save_draft(db, "c1", Draft())
    assert store.load_draft(db, "c1") == Draft()


def test_attachments_nobody_uses_are_forgotten(db: apsw.Connection) -> None:
    for letter in "abcd":
        store.add_attachment(db, letter * 64, 3)
    turn = Interaction("t1", input=(attachment("a"), attachment("b")))
    store.add_turn(db, row(), interaction_row(turn, "c1"))
    store.save_draft(db, "c1", Draft("", (attachment("b"), attachment("c"))))
    store.save_draft(db, "", Draft("", (attachment("a"),)))
    later = time.time() + 1
    assert store.forget_unused_attachments(db, later) == ["d" * 64]
    store.add_attachment(db, "e" * 64, 3)  # it is being attached: it is in no draft yet
    gone = store.delete_conversations(db, ["c1"])
    assert sorted(gone) == ["b" * 64, "c" * 64]
    assert store.load_interactions(db, "c1") == []
    assert db.execute("SELECT count(*) FROM step").fetchone() == (0,)
    assert store.forget_unused_attachments(db, later) == ["e" * 64]


def test_what_comes_late_for_a_deleted_turn_is_not_written(db: apsw.Connection) -> None:
    turn = Interaction("t1", input=(TextContent("hi"),))
    store.add_turn(db, row(), interaction_row(turn, "c1"))
    store.delete_conversations(db, ["c1"])
    for event in sample_events("31_cjk_math_table_code"):
        turn.apply(event)
    late = interaction_row(turn, "c1")
    store.update_interaction(db, late, late.steps)
    assert db.execute("SELECT count(*) FROM step").fetchone() == (0,)


def test_an_attachment_just_copied_is_not_forgotten_at_once(db: apsw.Connection) -> None:
    store.add_attachment(db, "a" * 64, 3)
    assert store.forget_unused_attachments(db, older_than=0.0) == []


def test_the_trash_is_emptied_by_age(db: apsw.Connection) -> None:
    for key, when in (("a", 10.0), ("b", 20.0)):
        store.save_conversation(db, row(key, trashed=when))
    assert store.expired_trash(db, 15.0) == ["a"]


def test_small_things_are_remembered(db: apsw.Connection) -> None:
    store.save_meta(db, "geometry", "1")
    store.save_meta(db, "geometry", "2")
    assert store.load_meta(db) == {"geometry": "2"}


def test_an_export_holds_what_was_said(db: apsw.Connection, tmp_path: Path) -> None:
    turn = Interaction("t1", input=(TextContent("hi"),))
    for event in sample_events("31_cjk_math_table_code"):
        turn.apply(event)
    store.add_turn(db, row("c1", head="t1"), interaction_row(turn, "c1"))
    store.save_conversation(db, row("c2", trashed=3.0))
    out = io.StringIO()
    export(tmp_path, out=out)
    data = json.loads(out.getvalue())
    assert [one["key"] for one in data["conversations"]] == ["c1", "c2"]
    (exported,) = data["conversations"][0]["turns"]
    assert exported["input"] == [{"type": "text", "text": "hi"}]
    assert exported["steps"] == encode_interaction(turn.header, turn.steps)["steps"]
    out = io.StringIO()
    export(tmp_path, "c2", out)
    assert [one["key"] for one in json.loads(out.getvalue())["conversations"]] == ["c2"]
    with pytest.raises(StoreError, match="no conversation"):
        export(tmp_path, "c3", out)


def test_an_export_names_every_request_that_an_answer_took(
    db: apsw.Connection, tmp_path: Path
) -> None:
    turn = Interaction("t1", input=(TextContent("hi"),))
    for number, status in enumerate(("requires_continuation", "completed")):
        if number:
            turn.begin_rest()
        step = ModelOutputStep((TextContent(f"part {number}"),))
        header = InteractionHeader(f"v{number}", status, continuation_token=f"t{number}")
        turn.apply(InteractionCompleted(header, (step,)))
    store.add_turn(db, row("c1", head="t1"), interaction_row(turn, "c1"))
    out = io.StringIO()
    export(tmp_path, out=out)
    (exported,) = json.loads(out.getvalue())["conversations"][0]["turns"]
    assert exported["id"] == "v1"
    assert [one["interaction"]["id"] for one in exported["earlier_interactions"]] == ["v0"]
    assert [one["steps"] for one in exported["earlier_interactions"]] == [1]
    assert [step["content"][0]["text"] for step in exported["steps"]] == ["part 0", "part 1"]


@given(text=st.text(), title=st.text(max_size=20))
def test_any_text_can_be_stored(
    tmp_path_factory: pytest.TempPathFactory, text: str, title: str
) -> None:
    db = open_connection(tmp_path_factory.mktemp("p") / FILE_NAME)
    turn = Interaction("t1", input=(TextContent(text),))
    store.add_turn(db, row("c1", title=title), interaction_row(turn, "c1"))
    (stored,) = store.load_interactions(db, "c1")
    assert restore_interaction(stored).input == (TextContent(text),)
    assert store.list_conversations(db)[0].title == title
    db.close()
