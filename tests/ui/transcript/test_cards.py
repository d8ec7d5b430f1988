"""Long code folds, wide code and tables move sideways, and nothing of it is lost."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QScrollBar
from pytestqt.qtbot import QtBot

from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.code_box import FOLD_AT, CodeBox
from desktop_app.ui.transcript.paint import card_title
from desktop_app.ui.transcript.styles import CODE_HEAD
from tests.ui.laying import cards, grids, lay_out_all, shown

LONG = "```python\n" + "".join(f"line_{number} = {number}\n" for number in range(100)) + "```\n"
WIDE = "```sh\necho " + "very long " * 30 + "\nshort\n```\n"
COLUMNS = 12
TABLE = (
    "|" + "some words|" * COLUMNS + "\n|" + "---|" * COLUMNS + "\n" + "|more words here|" * COLUMNS
)


def button(view: BlocksView, words: str) -> QAbstractButton:
    found = [
        one
        for one in view.findChildren(QAbstractButton)
        if one.accessibleName() == words and not one.isHidden()
    ]
    assert len(found) == 1, [one.accessibleName() for one in view.findChildren(QAbstractButton)]
    return found[0]


def bars(view: BlocksView) -> list[QScrollBar]:
    return [bar for bar in view.findChildren(QScrollBar) if not bar.isHidden()]


def card(view: BlocksView) -> CodeBox:
    ((_, box),) = cards(view)
    return box


# --- folding --------------------------------------------------------------------------------------


def test_long_code_shows_its_first_lines_and_a_button_for_all(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, LONG)
    folded = view.height()
    assert card(view).rows == FOLD_AT
    button(view, "Show all 100 lines").click()
    assert lay_out_all(view) == folded + 60 * card(view).line_height
    button(view, "Show the first 40 lines only").click()
    assert lay_out_all(view) == folded


def test_code_of_forty_lines_has_no_button(theme: Theme, qtbot: QtBot) -> None:
    code = "```\n" + "x\n" * FOLD_AT + "```\n"
    view = shown(theme, qtbot, code)
    assert not card(view).can_fold
    assert [one.accessibleName() for one in view.stops[1:] if not one.isHidden()] == ["Copy code"]


def test_code_never_folds_under_a_reader_who_saw_it_grow(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    heights: list[int] = []
    for end in range(40, len(LONG), 40):
        view.show_text(LONG[:end])
        heights.append(lay_out_all(view))
    view.show_text(LONG)
    heights.append(lay_out_all(view))
    view.finish()
    heights.append(lay_out_all(view))
    assert heights == sorted(heights)
    assert not card(view).folded
    lay_out_all(view, 600)
    assert not card(view).folded
    again = shown(theme, qtbot, LONG)
    assert card(again).folded


def test_the_copy_button_copies_also_what_is_folded(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, LONG)
    button(view, "Copy code").click()
    assert QGuiApplication.clipboard().text() == LONG[10:-5]


def test_what_is_folded_is_revealed_where_something_is_found_in_it(
    theme: Theme, qtbot: QtBot
) -> None:
    view = shown(theme, qtbot, LONG)
    text = LONG[10:-5]
    view.reveal(0, text.index("line_7 "))
    assert card(view).folded
    view.reveal(0, text.index("line_77"))
    lay_out_all(view)
    assert not card(view).folded
    at = text.index("line_77")
    (rect,) = view.rects_of(0, at, at + 7)
    assert rect.top() == card(view).top_of(77)


# --- sideways -------------------------------------------------------------------------------------


def test_lines_are_wrapped_until_the_person_wants_them_whole(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, WIDE)
    wrapped = view.height()
    assert bars(view) == []
    button(view, "Do not wrap lines").click()
    assert lay_out_all(view) < wrapped
    assert card(view).overhang > 0
    (bar,) = bars(view)
    bar.setValue(100)
    assert card(view).sideways == 100
    begin = view.rects_of(0, 0, 4)[0]
    assert begin.left() == card(view).left + 14 - 100
    button(view, "Wrap lines").click()
    assert lay_out_all(view) == wrapped
    assert bars(view) == []


def test_code_without_a_long_line_has_nothing_to_wrap(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, "```\nshort\n```")
    names = [one.accessibleName() for one in view.findChildren(QAbstractButton)]
    assert names == ["Copy code"]


def test_a_table_that_is_too_wide_moves_inside_its_card(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, TABLE, 400)
    ((rect, box),) = grids(view)
    assert rect.width() == 400
    assert box.overhang > 100
    (bar,) = bars(view)
    assert bar.maximum() == box.overhang
    last = len("some words\t" * (COLUMNS - 1))
    before = view.rects_of(0, last, last + 4)[0]
    assert before.left() > 400
    bar.setValue(bar.maximum())
    after = view.rects_of(0, last, last + 4)[0]
    assert after.right() < 400
    assert after.top() == before.top()


def test_all_pieces_of_a_long_table_move_together(theme: Theme, qtbot: QtBot) -> None:
    rows = "\n" + "|more words here|" * COLUMNS
    view = shown(theme, qtbot, TABLE + rows * 120, 400)
    assert len(grids(view)) == 3
    (bar,) = bars(view)
    bar.setValue(50)
    assert [box.sideways for _, box in grids(view)] == [50, 50, 50]


@pytest.mark.parametrize(
    ("angle", "modifiers", "moves"),
    [
        (QPoint(-120, 0), Qt.KeyboardModifier.NoModifier, True),
        (QPoint(0, -120), Qt.KeyboardModifier.ShiftModifier, True),
        (QPoint(0, -120), Qt.KeyboardModifier.NoModifier, False),
        (QPoint(-10, -120), Qt.KeyboardModifier.NoModifier, False),
    ],
)
def test_the_wheel_moves_a_card_sideways_and_leaves_the_rest_to_the_transcript(
    theme: Theme, qtbot: QtBot, angle: QPoint, modifiers: Qt.KeyboardModifier, moves: bool
) -> None:
    view = shown(theme, qtbot, TABLE, 400)
    at = QPointF(100, 20)
    event = QWheelEvent(
        at,
        at,
        QPoint(),
        angle,
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    view.wheelEvent(event)
    assert event.isAccepted() == moves
    assert (grids(view)[0][1].sideways > 0) == moves


# --- what is in them ------------------------------------------------------------------------------


def test_what_would_be_hidden_in_code_is_seen_and_never_copied(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, "```js\nx = 'a\u202eb\u200b\x1b[31mc'\n```")
    (line,) = (card(view).laid(at).shaped.text for at in range(1))
    assert line == "x = 'a[U+202E]b[U+200B][U+001B][31mc'"
    button(view, "Copy code").click()
    assert QGuiApplication.clipboard().text() == "x = 'abc'"


def test_a_line_of_a_megabyte_is_laid_out_in_parts(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text("```\n" + "x" * 900_000)
    view.read_all()
    view.fit(720)
    view.flow.lay_out(0, 600)
    assert len(card(view).lines.units) < 20
    lay_out_all(view)
    units = card(view).lines.units
    assert sum(unit.end - unit.begin for unit in units) == 900_000


def test_only_lines_that_are_looked_at_are_laid_out(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text("```\n" + "some code\n" * 20_000)
    view.read_all()
    view.fit(720)
    view.flow.lay_out(0, 800)
    box = card(view)
    assert len(box.lines.units) < 200
    assert box.height == CODE_HEAD + 8 + 20_000 * 20 + box.foot


def test_a_diagram_says_that_it_is_one() -> None:

    assert card_title("mermaid") == "mermaid diagram"
    assert card_title("python") == "python"
    assert card_title("") == "code"
