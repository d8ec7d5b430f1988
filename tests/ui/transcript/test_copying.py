"""What is copied is what is read, or what was written; and nothing in it is invisible."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import TextContent, UrlCitation
from desktop_app.interactions.steps import CodeExecutionCallStep, ModelOutputStep
from desktop_app.ui.transcript.copying import (
    Copying,
    answer_source,
    mime_of,
    plain_copy,
    put_primary,
    put_text,
    source_between,
    text_between,
    turn_source,
)
from desktop_app.ui.transcript.selection import Extent, Selection
from desktop_app.ui.transcript.text_walk import TextWalk
from desktop_app.ui.transcript.turn_parts import Spot
from tests.ui.transcript.pages import Pages, said, spot_of, thought, turn_of, walk_through
from tests.ui.transcript.test_selection import MIXED


def text(walk: TextWalk, extent: Extent) -> str:
    return "".join(text_between(walk, extent))


def source(walk: TextWalk, extent: Extent) -> str:
    return "".join(source_between(walk, extent))


def all_of(walk: TextWalk) -> Extent:
    selection = Selection(walk)
    selection.select_all()
    assert selection.extent is not None
    return selection.extent


# --- safe to paste --------------------------------------------------------------------------------


def test_hidden_and_controlling_characters_do_not_reach_the_clipboard() -> None:
    assert plain_copy("a\x1b[31mb\u202ec\u0007d\u200be\tf\u2029g\r\nh\u061c\u200e\u200f") == (
        "abcde\tf\ng\nh"
    )
    assert plain_copy("pass\U000e0068\U000e0069word") == "password"
    assert plain_copy("half \ud83d") == "half \ufffd"


def test_what_makes_an_emoji_or_a_flag_is_kept() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    england = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
    assert plain_copy(family + england) == family + england


@given(st.text(st.one_of(st.characters(), st.sampled_from("\x1b[\u202e\u2066\u200f\r\x9b\0m"))))
def test_no_text_reaches_the_clipboard_with_controls_or_marks_of_direction(text: str) -> None:
    safe = plain_copy(text)
    assert plain_copy(safe) == safe
    assert not any(
        unicodedata.category(char) in ("Cc", "Cs")
        for char in safe.replace("\n", "").replace("\t", "")
    )
    assert not any(
        char in "\u061c\u200e\u200f" or "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069"
        for char in safe
    )


def test_the_clipboard_and_what_is_dragged_hold_plain_text_only(qapp: QApplication) -> None:
    put_text("<b>bold</b>\x1b[0m")
    put_primary("for the middle button")
    clipboard = QGuiApplication.clipboard()
    assert clipboard.text() == "<b>bold</b>"
    assert clipboard.mimeData().formats() == ["text/plain"]
    assert mime_of("\u202edrag").text() == "drag"
    assert mime_of("x").formats() == ["text/plain"]


# --- as it is read --------------------------------------------------------------------------------


def test_a_conversation_is_copied_as_it_is_read() -> None:
    walk = walk_through(
        turn_of("# no heading\n\n  typed", "# A *heading*\n\none  \ntwo"), turn_of("And", "So")
    )
    assert (
        text(walk, all_of(walk)) == "# no heading\n\n  typed\n\nA heading\n\none\ntwo\n\nAnd\n\nSo"
    )


def test_what_is_folded_is_left_out_unless_the_selection_is_in_it() -> None:
    step = CodeExecutionCallStep(id="c", arguments={"code": "secret()"})
    walk = walk_through(turn_of("Why", thought("Hidden thought."), step, "Because."))
    assert text(walk, all_of(walk)) == source(walk, all_of(walk)) == "Why\n\nBecause."
    inside = spot_of(walk, 0, "Hidden"), spot_of(walk, 0, "thought", end=True)
    assert text(walk, inside) == "Hidden thought"
    half = spot_of(walk, 0, "Hidden"), spot_of(walk, 0, "Bec", end=True)
    assert text(walk, half) == "Bec"


def test_what_is_open_is_copied_with_the_rest() -> None:
    walk = walk_through(turn_of("Why", thought("A *thought*."), "Because."))
    pages = walk.shown
    assert isinstance(pages, Pages)
    pages.shown[pages.turns[0].key, 1] = walk.blocks(0, 1)
    assert text(walk, all_of(walk)) == "Why\n\nA thought.\n\nBecause."
    assert source(walk, all_of(walk)) == "Why\n\nA *thought*.\n\nBecause."


def test_an_item_is_copied_with_its_marker_where_more_follows() -> None:
    walk = walk_through(turn_of("", "3. one\n4. two"))
    one, two = spot_of(walk, 0, "one"), spot_of(walk, 0, "two", end=True)
    assert text(walk, (one, spot_of(walk, 0, "one", end=True))) == "one"
    assert text(walk, (one, two)) == "3. one\n4. two"
    assert text(walk, (spot_of(walk, 0, "ne"), two)) == "ne\n4. two"


def test_the_note_that_a_text_is_too_long_is_not_copied() -> None:
    long = "**" + "QUJD" * 20_000
    walk = walk_through(turn_of("", f"{long}\n\nafter"))
    copied = text(walk, all_of(walk))
    assert copied.replace("\n", "") == long + "after"


def test_lines_across_and_empty_blocks_leave_no_gaps() -> None:
    walk = walk_through(turn_of("", "above\n\n---\n\nbelow"))
    assert text(walk, all_of(walk)) == "above\n\nbelow"


def test_what_reads_right_to_left_is_copied_in_the_order_of_its_letters() -> None:
    arabic = "مرحبا بالعالم"
    walk = walk_through(turn_of(arabic, f"{arabic} (ok)"))
    assert text(walk, all_of(walk)) == f"{arabic}\n\n{arabic} (ok)"


def test_the_marks_of_citations_are_not_copied() -> None:
    text_of_answer = "Paris [sic] is the capital. Rome is, too."
    cited = UrlCitation(start_index=0, end_index=27, url="https://a.b", title="A")
    also = UrlCitation(start_index=28, end_index=41, url="https://c.d", title="C")
    step = ModelOutputStep((TextContent(text_of_answer, annotations=(cited, also)),))
    walk = walk_through(turn_of("", step))
    whole = all_of(walk)
    assert walk.text(whole[0]) == "Paris [sic] is the capital.[1] Rome is, too.[2]"
    assert text(walk, whole) == text_of_answer
    assert source(walk, whole) == text_of_answer
    part = spot_of(walk, 0, "capital"), spot_of(walk, 0, "1] Rome", end=True)
    assert text(walk, part) == "capital. Rome"
    inside = spot_of(walk, 0, "1]"), spot_of(walk, 0, "1]", end=True)
    assert text(walk, inside) == ""


def test_an_answer_that_is_json_is_copied_as_it_is_shown_and_as_it_came() -> None:
    walk = walk_through(turn_of("", '{"a":[1,2]}'))
    assert text(walk, all_of(walk)) == '{\n  "a": [\n    1,\n    2\n  ]\n}'
    assert source(walk, (all_of(walk)[0], spot_of(walk, 0, "a"))).startswith("```")
    assert turn_source(walk.turn(0)) == '{"a":[1,2]}'


def test_a_long_answer_is_read_in_steps(qtbot: QtBot, qapp: QApplication) -> None:
    items = "".join(f"- item *{number}*\n" for number in range(3000))
    walk = walk_through(turn_of("Count", items))
    copying = Copying(qapp)
    pieces = list(text_between(walk, all_of(walk)))
    assert len(pieces) > 10
    with qtbot.waitSignal(copying.finished, timeout=60_000):
        copying.copy(text_between(walk, all_of(walk)))
    expected = "\n".join(f"• item {number}" for number in range(3000))
    assert QGuiApplication.clipboard().text() == f"Count\n\n{expected}" == "".join(pieces)
    copying.deleteLater()


# --- as it was written ----------------------------------------------------------------------------


def test_all_of_an_answer_is_its_source() -> None:
    walk = walk_through(turn_of("*typed*", MIXED))
    assert source(walk, all_of(walk)) == f"*typed*\n\n{MIXED}"


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        ("two", "three", "One **two** `three` [four](https://a.b)."),
        ("one", "One", "# Title *one*\n\nOne **two** `three` [four](https://a.b)."),
        ("x = 1", "x = 1", "```python\nx = 1\n```"),
        ("1\t2", "quoted", "| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted[^1]"),
        ("x^2", "x^2", "$$x^2$$"),
    ],
)
def test_the_source_of_the_blocks_that_are_touched_is_exact(
    begin: str, end: str, expected: str
) -> None:
    walk = walk_through(turn_of("Mix", MIXED))
    extent = spot_of(walk, 0, begin), spot_of(walk, 0, end, end=True)
    assert source(walk, extent) == expected


def test_a_block_at_whose_beginning_the_selection_ends_is_not_touched() -> None:
    walk = walk_through(turn_of("", "*one*\n\n*two*"))
    assert source(walk, (spot_of(walk, 0, "one"), spot_of(walk, 0, "two"))) == "*one*"


def test_of_an_input_only_what_is_selected_is_copied() -> None:
    walk = walk_through(turn_of("one *two* three"))
    extent = spot_of(walk, 0, "*two"), spot_of(walk, 0, "o*", end=True)
    assert source(walk, extent) == "*two*"


def test_an_answer_and_a_turn_are_copied_as_markdown() -> None:
    turn = turn_of("*Why*\n", thought("Hm."), "**So**\n\n", said("- and", " so\n"))
    assert answer_source(turn) == "**So**\n\n- and so"
    assert turn_source(turn) == "*Why*\n\n**So**\n\n- and so"


# --- very much ------------------------------------------------------------------------------------


def test_a_short_text_is_on_the_clipboard_at_once(qapp: QApplication) -> None:
    walk = walk_through(turn_of("Why", "Because."))
    copying = Copying(qapp)
    copying.copy(text_between(walk, all_of(walk)))
    assert not copying.busy
    assert QGuiApplication.clipboard().text() == "Why\n\nBecause."
    copying.deleteLater()


def test_five_thousand_turns_are_copied_in_slices(qtbot: QtBot, qapp: QApplication) -> None:
    turns = [turn_of(f"question {n}", f"answer *{n}*\n\nmore") for n in range(5000)]
    pages = Pages(*turns)
    walk = TextWalk(pages)
    copying = Copying(qapp)
    put_text("before")
    selected = all_of(walk)
    with qtbot.waitSignal(copying.finished, timeout=60_000):
        copying.copy(text_between(walk, selected))
        assert copying.busy
        assert QGuiApplication.clipboard().text() == "before"
        pages.path = Pages(turn_of("another conversation"))
    copied = QGuiApplication.clipboard().text()
    assert copied == "\n\n".join(f"question {n}\n\nanswer {n}\n\nmore" for n in range(5000))
    copying.deleteLater()


def test_a_turn_that_cannot_be_read_is_told_and_nothing_is_copied(qapp: QApplication) -> None:
    pages = Pages(*(turn_of(f"question {n}", f"answer {n}") for n in range(3)))
    walk = TextWalk(pages)
    extent = all_of(walk)
    pages.lost.add(1)
    copying = Copying(qapp)
    told: list[str] = []
    copying.failed.connect(told.append)
    put_text("before")
    copying.copy(text_between(walk, extent))
    assert told == ["Nothing was copied. The disk is broken."]
    assert not copying.busy
    assert QGuiApplication.clipboard().text() == "before"
    copying.deleteLater()


def test_a_copy_that_is_given_up_leaves_the_clipboard_as_it_is(qapp: QApplication) -> None:
    walk = walk_through(*(turn_of(f"{n}", f"*{n}*") for n in range(2000)))
    copying = Copying(qapp)
    put_text("before")
    copying.copy(text_between(walk, all_of(walk)))
    copying.stop()
    assert not copying.busy
    qapp.processEvents()
    assert QGuiApplication.clipboard().text() == "before"
    copying.deleteLater()


def test_a_place_that_is_gone_gives_no_text() -> None:
    walk = walk_through(turn_of("Why", "Because."))
    gone = Spot("gone", 0, 0, 0)
    assert text(walk, (gone, gone)) == source(walk, (gone, gone)) == ""
