"""Markers stand beside the beginning of their items, on the line of their words, and are whole."""

import pytest
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.boxes import Marker, WordsBox
from desktop_app.ui.transcript.indents import BAR, Indents, marker_face, marker_gap
from desktop_app.ui.transcript.layout import LaidBlock
from desktop_app.ui.transcript.styles import LIST_INDENT, QUOTE_INDENT
from tests.ui.laying import END, shown

WIDTH = 600


def laid(theme: Theme, qtbot: QtBot, text: str) -> list[LaidBlock]:
    """The blocks of a text; each item of a list that is not in another is one."""
    flow = shown(theme, qtbot, text, WIDTH).flow
    return [block for _, block in flow.laid_between(0, END)]


def words(blocks: list[LaidBlock]) -> dict[str, WordsBox]:
    boxes = (box for block in blocks for box in block.boxes)
    return {box.stretch.text: box for box in boxes if isinstance(box, WordsBox)}


def markers(blocks: list[LaidBlock]) -> list[Marker]:
    return [marker for block in blocks for marker in block.markers]


def test_an_item_from_right_to_left_has_its_marker_at_the_right(theme: Theme, qtbot: QtBot) -> None:
    blocks = laid(theme, qtbot, "- שלום\n- hello")
    turned, straight = markers(blocks)
    found = words(blocks)
    assert turned.turned
    assert (turned.rect.left(), turned.rect.right()) == (WIDTH - LIST_INDENT, WIDTH)
    assert (found["שלום"].left, found["שלום"].width) == (0, WIDTH - LIST_INDENT)
    assert not straight.turned
    assert (straight.rect.left(), straight.rect.right()) == (0, LIST_INDENT)
    assert (found["hello"].left, found["hello"].width) == (LIST_INDENT, WIDTH - LIST_INDENT)


def test_what_is_in_an_item_is_moved_in_where_the_item_is(theme: Theme, qtbot: QtBot) -> None:
    blocks = laid(theme, qtbot, "1. שלום\n\n   עוד\n\n   - פנים\n   - inner\n\n2. two\n")
    found = words(blocks)
    assert (found["עוד"].left, found["עוד"].width) == (0, WIDTH - LIST_INDENT)
    assert (found["פנים"].left, found["פנים"].width) == (0, WIDTH - 2 * LIST_INDENT)
    assert (found["inner"].left, found["inner"].width) == (LIST_INDENT, WIDTH - 2 * LIST_INDENT)
    assert (found["two"].left, found["two"].width) == (LIST_INDENT, WIDTH - LIST_INDENT)


def test_the_bar_of_a_quote_is_where_its_words_begin(theme: Theme, qtbot: QtBot) -> None:
    straight, turned = laid(theme, qtbot, "> hello\n\n---\n\n> שלום\n>\n> > פנים")[::2]
    (bar,) = straight.bars
    assert bar.left == 0
    outer, inner = sorted(turned.bars, key=lambda bar: -bar.left)
    assert outer.left == WIDTH - BAR
    assert inner.left == WIDTH - QUOTE_INDENT - BAR
    (box, _) = words([turned]).values()
    assert (box.left, box.width) == (0, WIDTH - QUOTE_INDENT)


@pytest.mark.parametrize("zoom", [80, 100, 150, 200])
@pytest.mark.parametrize("number", [1, 10, 99, 100, 1990, 999_999_999])
def test_a_number_is_never_wider_than_its_room(
    theme: Theme, qtbot: QtBot, zoom: int, number: int
) -> None:
    theme.set_zoom(zoom)
    view = shown(theme, qtbot, f"{number}. item\n", WIDTH)
    blocks = [block for _, block in view.flow.laid_between(0, END)]
    (marker,) = markers(blocks)
    styles = view.flow.styles
    metrics = QFontMetricsF(styles.font(marker_face(styles)))
    gap = marker_gap(marker.text, styles)
    assert gap > 0
    assert metrics.horizontalAdvance(marker.text) + gap <= marker.rect.width() + 0.01
    assert marker.rect.left() == 0
    assert words(blocks)["item"].left == marker.rect.right()


def test_items_with_one_and_two_digits_stand_in_line(theme: Theme, qtbot: QtBot) -> None:
    blocks = laid(theme, qtbot, "9. nine\n10. ten\n11. eleven\n")
    assert {box.left for box in words(blocks).values()} == {LIST_INDENT}


def test_a_marker_stands_on_the_line_of_the_words(theme: Theme, qtbot: QtBot) -> None:
    blocks = laid(theme, qtbot, "- one\n- two\n")
    for marker, box in zip(markers(blocks), words(blocks).values(), strict=True):
        line = box.text.lines[0]
        assert marker.rect.top() == box.top + line.baseline - box.text.measure.baseline


def test_the_width_of_an_item_has_room_for_its_marker(theme: Theme, qtbot: QtBot) -> None:
    blocks = laid(theme, qtbot, "- hello\n- שלום")
    for block, box in zip(blocks, words(blocks).values(), strict=True):
        assert block.natural_width == LIST_INDENT + box.text.natural_width > LIST_INDENT


def test_indents_of_nothing_are_nothing() -> None:
    assert (Indents().left(), Indents().right) == (0, 0)
