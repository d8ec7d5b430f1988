"""The outline of a conversation says of its turns what they say themselves."""

from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader, Usage
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outline import Outline, facts_of
from desktop_app.interactions.place import Place
from desktop_app.interactions.steps import ModelOutputStep, ThoughtStep
from desktop_app.store import conversations as queries
from desktop_app.store import migrations, outlines
from desktop_app.store.database import FILE_NAME, open_connection
from desktop_app.store.outlines import Heights, Reading
from desktop_app.store.rows import ConversationRow, interaction_row


@pytest.fixture
def db(tmp_path: Path) -> Iterator[apsw.Connection]:
    connection = open_connection(tmp_path / FILE_NAME)
    yield connection
    connection.close()


def turn(
    key: str, previous: str | None = None, *, store: bool = True, tokens: int = 0
) -> Interaction:
    made = Interaction(
        key,
        previous=previous,
        input=(TextContent(f"{key}?"),),
        request=InteractionRequest(model="m", store=store),
    )
    steps = (ThoughtStep("5160"), ModelOutputStep((TextContent("two\nlines"),)))
    header = InteractionHeader(f"v1_{key}", "completed", usage=Usage(total_tokens=tokens))
    made.apply(InteractionCompleted(header, steps))
    return made


def add(db: apsw.Connection, made: Interaction, conversation: str = "c") -> None:
    row = ConversationRow(conversation, "t", "o", head=made.key)
    queries.add_turn(db, row, interaction_row(made, conversation, 1.0))


def test_an_outline_names_the_turns_in_the_order_of_their_making(db: apsw.Connection) -> None:
    turns = [turn("z"), turn("a", "z"), turn("m", "z"), turn('odd "key"\n', "m")]
    for one in turns:
        add(db, one)
        add(db, turn(f"not {one.key}"), "another")
    outline = outlines.load_outline(db, "c")
    assert list(outline.keys) == [one.key for one in turns]
    assert list(outline.previous) == [one.previous for one in turns]
    assert outlines.load_outline(db, "nobody") == Outline([], [], [], [], [])


def test_an_outline_says_what_the_turns_say(db: apsw.Connection) -> None:
    turns = [turn("a", tokens=7), turn("b", "a", store=False), Interaction("c", previous="b")]
    for one in turns:
        add(db, one)
    outline = outlines.load_outline(db, "c")
    facts = [facts_of(one) for one in turns]
    assert list(outline.at_server) == [1, 0, 0]
    assert list(outline.tokens) == [one.tokens for one in facts] == [7, 0, 0]
    assert list(outline.sizes) == [one.size for one in facts]
    assert facts[0].size > facts[2].size == 0


def test_an_outline_goes_with_what_is_written_later(db: apsw.Connection) -> None:
    growing = Interaction("a", input=(TextContent("a?"),))
    add(db, growing)
    before = outlines.load_outline(db, "c")
    header = InteractionHeader("v1_a", "completed", usage=Usage(total_tokens=9))
    growing.apply(InteractionCompleted(header, (ModelOutputStep((TextContent("a." * 100),)),)))
    row = interaction_row(growing, "c")
    queries.update_interaction(db, row, row.steps)
    after = outlines.load_outline(db, "c")
    assert (list(before.at_server), list(before.tokens)) == ([0], [0])
    assert (list(after.at_server), list(after.tokens)) == ([1], [9])
    assert after.sizes[0] > before.sizes[0] + 200
    outlines.mark_expired(db, ["a", "nobody"])
    assert list(outlines.load_outline(db, "c").at_server) == [0]
    (stored,) = queries.load_interactions(db, "c")
    assert stored.expired


def test_an_outline_is_read_from_one_index(db: apsw.Connection) -> None:
    plan = db.execute(f"EXPLAIN QUERY PLAN {outlines._QUERY}", ("c",)).fetchall()
    assert any("COVERING INDEX interaction_outline" in str(step) for step in plan), plan
    assert not any("TEMP B-TREE" in str(step) for step in plan), plan


def test_what_was_streaming_is_found_without_reading_every_turn(
    db: apsw.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(db, turn("a"))
    add(db, Interaction("b", previous="a"))
    queries.mark_interrupted(db)
    (plan,) = db.execute(f"EXPLAIN QUERY PLAN {queries._INTERRUPT}", ("", "")).fetchall()
    assert "USING INDEX interaction_streaming" in str(plan)
    outcomes = [row.outcome for row in queries.load_interactions(db, "c")]
    assert outcomes == ["complete", "interrupted"]


def test_the_outline_of_an_older_history_is_made_when_it_is_migrated(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    db = apsw.Connection(str(file))
    migrations.migrate(db, file, migrations.MIGRATIONS[:3])
    db.execute(
        "INSERT INTO conversation VALUES ('c', 9, 't', 0, 'o', NULL, NULL, 'd', 1, 1, 0, NULL)"
    )
    said = '{"type":"model_output","content":[{"type":"text","text":"' + "x" * 500 + '"}]}'
    usage = '{"id":"v1","usage":{"total_tokens":%s}}'
    hop = '[{"interaction":{"id":"v0","usage":{"total_tokens":5}},"steps":0}]'
    for number, (key, name, request, header, hops) in enumerate(
        (
            ("a", "v1", '{"model":"m"}', usage % 7, "[]"),
            ("b", "v1", '{"store":false}', usage % "null", "[]"),
            ("c", None, "{}", usage % '"odd"', hop),
            ("d", None, "{}", "damaged", "[]"),
        )
    ):
        db.execute(
            "INSERT INTO interaction (key, conversation, sequence, id, outcome, origin, expired, "
            "request, input, header, created, hops) "
            "VALUES (?, 'c', ?, ?, 'complete', 'o', 0, ?, '[]', ?, 1, ?)",
            (key, number, name, request, header, hops),
        )
    db.execute("INSERT INTO step VALUES ('a', 0, 0, 'model_output', ?, 1, NULL, NULL)", (said,))
    db.execute("INSERT INTO step VALUES ('b', 0, 0, 'thought', ?, 1, NULL, NULL)", (said,))
    db.close()
    db = open_connection(file)
    outline = outlines.load_outline(db, "c")
    assert list(outline.keys) == ["a", "b", "c", "d"]
    assert list(outline.at_server) == [1, 0, 1, 0]
    assert list(outline.tokens) == [7, 0, 5, 0]
    assert list(outline.sizes) == [2 + len(said), 2, 2, 2]
    assert outlines.load_reading(db, "c") == Reading()
    db.close()


# --- reading --------------------------------------------------------------------------------------


def test_the_place_of_a_reader_comes_back_and_is_forgotten_at_the_end(db: apsw.Connection) -> None:
    add(db, turn("a"))
    for place in (Place("a", 2, 17, 0.25), Place("a", -1), None):
        outlines.save_place(db, "c", place)
        assert outlines.load_reading(db, "c").place == place


def test_heights_come_back_for_one_width_and_zoom(db: apsw.Connection) -> None:
    add(db, turn("a"))
    outlines.save_heights(db, "c", Heights(640, 100, (9,)))
    outlines.save_heights(db, "c", Heights(720, 125, (0, 70_000, 4_000_000_000)))
    kept = outlines.load_reading(db, "c").heights
    assert (kept.width, kept.zoom, list(kept.heights)) == (720, 125, [0, 70_000, 4_000_000_000])


def test_heights_of_a_damaged_history_are_read_as_far_as_they_go(db: apsw.Connection) -> None:
    add(db, turn("a"))
    outlines.save_heights(db, "c", Heights(640, 100, (9, 8)))
    db.execute("UPDATE turn_heights SET heights = ?", (b"\7\0\0\0\1\2",))
    assert list(outlines.load_reading(db, "c").heights.heights) == [7]


def test_what_is_kept_of_reading_goes_with_the_conversation(db: apsw.Connection) -> None:
    add(db, turn("a"))
    outlines.save_place(db, "c", Place("a"))
    outlines.save_heights(db, "c", Heights(640, 100, (9,)))
    queries.delete_conversations(db, ["c"])
    outlines.save_place(db, "c", Place("a"))
    outlines.save_heights(db, "c", Heights(640, 100, (9,)))
    for table in ("reading_place", "turn_heights"):
        assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
