"""Nothing is cut off: cards, labels and small windows are as large as what they hold."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QRect, QUrl
from PySide6.QtGui import QFontMetricsF, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.models import Model
from desktop_app.ui.composer.model_button import ModelButton
from desktop_app.ui.drop_overlay import DropOverlay, short_name
from desktop_app.ui.dropping import look_at
from desktop_app.ui.empty_state import EmptyState
from desktop_app.ui.header import Header
from desktop_app.ui.page_area import PageArea
from desktop_app.ui.plain_label import PlainLabel, plain_label
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.bubble import Bubble
from desktop_app.ui.transcript.styles import CODE_HEAD
from tests.ui.laying import cards, grids, lay_out_all

CODE = "```python\none = 1\ntwo = 2\n```"
TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |"


@pytest.fixture
def answer(theme: Theme, qtbot: QtBot) -> Iterator[BlocksView]:
    made = BlocksView(theme, "Answer")
    qtbot.addWidget(made)
    yield made
    made.close()


@pytest.mark.parametrize("zoom", [70, 100, 200])
def test_a_card_of_code_at_the_end_has_its_foot(
    answer: BlocksView, theme: Theme, zoom: int
) -> None:
    theme.set_zoom(zoom)
    answer.show_text(f"words\n\n{CODE}")
    answer.finish()
    height = lay_out_all(answer)
    ((card, _),) = cards(answer)
    assert card.bottom() == height
    answer.show_text(f"words\n\n{CODE}\n\nmore words")
    assert lay_out_all(answer) > height


@pytest.mark.parametrize("zoom", [70, 100, 200])
def test_what_follows_a_table_does_not_lie_over_it(
    answer: BlocksView, theme: Theme, zoom: int
) -> None:
    theme.set_zoom(zoom)
    answer.show_text(f"{TABLE}\n\n{CODE}\n\n{TABLE}\n\nwords\n\n{CODE}")
    answer.finish()
    lay_out_all(answer)
    found = [rect for rect, _ in (*cards(answer), *grids(answer))]
    boxes = sorted(found, key=lambda box: box.top())
    assert len(boxes) == 4
    for upper, lower in pairwise(boxes):
        assert upper.bottom() + answer.flow.styles.scaled(14) <= lower.top()
    for card, _ in cards(answer):
        assert card.height() > CODE_HEAD


def test_a_card_behind_a_table_is_the_same_however_the_text_came(
    answer: BlocksView, theme: Theme, qtbot: QtBot
) -> None:
    text = f"{TABLE}\n\n{CODE}\n\nend"
    for length in range(1, len(text) + 1):
        answer.show_text(text[:length])
    answer.finish()
    whole = BlocksView(theme, "Answer")
    qtbot.addWidget(whole)
    whole.show_text(text)
    whole.finish()
    assert lay_out_all(answer) == lay_out_all(whole)
    assert [rect for rect, _ in cards(answer)] == [rect for rect, _ in cards(whole)]


# --- labels ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "line"), [(12, 18), (13, 20), (14, 20), (18, 26)])
def test_a_label_is_so_many_lines_of_the_designs_height(
    theme: Theme, qtbot: QtBot, size: int, line: int
) -> None:
    label = plain_label(theme, "one two three four five six", size, 400, "text")
    qtbot.addWidget(label)
    assert label.heightForWidth(4000) == line
    assert label.heightForWidth(80) % line == 0
    assert label.heightForWidth(80) > line
    label.setText("one\ntwo\nthree")
    assert label.heightForWidth(4000) == 3 * line


@given(st.text(max_size=80))
def test_a_label_takes_any_words(qapp: object, words: str) -> None:
    assert _label is not None
    _label.setText(words)
    for width in (1, 50, 400):
        assert _label.heightForWidth(width) >= 18
    assert _label.sizeHint().width() <= 400
    _label.resize(200, _label.heightForWidth(200))
    _label.grab()


_label: PlainLabel | None = None


@pytest.fixture(autouse=True)
def _one_label(theme: Theme, qtbot: QtBot) -> Iterator[None]:
    global _label
    _label = plain_label(theme, "", 12, 400, "text")
    qtbot.addWidget(_label)
    yield
    _label = None


def test_a_label_that_gives_way_says_the_whole_in_its_tooltip(theme: Theme, qtbot: QtBot) -> None:
    words = "<b>words</b> that are rather long for so little room"
    label = PlainLabel(theme, words, 13, 500, "text", elides=True)
    qtbot.addWidget(label)
    label.show()
    label.resize(100, 20)
    assert label.minimumSizeHint().width() == 0
    assert "&lt;b&gt;" in label.toolTip()
    label.resize(1000, 20)
    assert label.toolTip() == ""


def test_a_label_follows_the_theme(theme: Theme, qtbot: QtBot) -> None:
    label = plain_label(theme, "■■■■", 18, 600, "danger")
    qtbot.addWidget(label)
    label.resize(label.sizeHint())
    for choice in ("light", "dark"):
        theme.choose(choice)  # type: ignore[arg-type]
        image = label.grab().toImage()
        colors = {
            image.pixelColor(x, y).name().upper()
            for x in range(image.width())
            for y in range(image.height())
        }
        assert theme.hex("danger") in colors


def test_a_bubble_is_as_wide_as_its_words_from_the_first_on(theme: Theme, qtbot: QtBot) -> None:
    words = "Write a long haiku about a lighthouse"
    window = QWidget()
    qtbot.addWidget(window)
    bubble = Bubble(theme, words, window)
    size = bubble.fit(720)
    assert size.width() >= 2 * 16 + QFontMetricsF(theme.font(14)).horizontalAdvance(words)
    assert size.height() == 22 + 2 * 10
    assert bubble.fit(720) == size


def test_the_button_of_the_model_has_room_for_every_name(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    button = ModelButton(theme, window)
    metrics = QFontMetricsF(theme.font(13, 500))
    for length in range(1, 40):
        name = "demo-failed-and-cut-off-in-the-middle-of-it"[:length]
        button.set_choice([], Model(name, name), None)
        assert button.sizeHint().width() - 38 >= metrics.horizontalAdvance(name)


# --- pages, overlay, empty state ------------------------------------------------------------------


def test_a_scrollbar_takes_no_width_from_a_page(theme: Theme, qtbot: QtBot) -> None:
    page = QWidget()
    page.setMinimumHeight(1000)
    area = PageArea(page)
    qtbot.addWidget(area)
    area.resize(400, 300)
    area.show()
    qtbot.waitUntil(area._bar.isVisible)
    assert page.width() == 400
    area._bar.setValue(200)
    assert page.y() == -200
    area.verticalScrollBar().setValue(50)
    assert area._bar.value() == 50
    area.resize(400, 1200)
    qtbot.waitUntil(lambda: not area._bar.isVisible())
    area.close()


def test_the_overlay_says_the_whole_reason(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(700, 500)
    qtbot.addWidget(window)
    overlay = DropOverlay(theme, window)
    overlay.resize(700, 500)
    data = QMimeData()
    data.setUrls([QUrl(f"https://example.com/{'n' * 100}.png")])
    overlay.show_drop(look_at(data), False)
    said = overlay.accessibleName()
    assert said.startswith("This cannot be attached. ")
    assert said.endswith("it is an address on the web; save it to this computer first.")
    assert "…" in said
    warned = theme.color("warn_soft").name()
    image = overlay.grab().toImage()
    rows = [y for y in range(500) if image.pixelColor(350, y).name() == warned]
    assert len(rows) > 30, "the reason has room for its lines"


def test_a_long_name_keeps_its_beginning_and_its_end() -> None:
    assert short_name("photo.png") == "photo.png"
    assert short_name("a" * 50 + ".png") == "a" * 20 + "…" + "a" * 16 + ".png"


@pytest.mark.parametrize(("width", "height"), [(1016, 650), (376, 280), (376, 700), (600, 400)])
def test_the_starting_points_fit_and_do_not_overlap(
    theme: Theme, qtbot: QtBot, width: int, height: int
) -> None:
    empty = EmptyState(theme)
    qtbot.addWidget(empty)
    empty.resize(width, height)
    empty.show()
    boxes = [card.geometry() for card in empty.stops]
    assert all(empty.rect().contains(box) for box in boxes)
    assert not any(a.intersects(b) for n, a in enumerate(boxes) for b in boxes[n + 1 :])
    empty.close()


# --- titles ---------------------------------------------------------------------------------------


def test_a_title_ends_where_its_script_ends(theme: Theme, qtbot: QtBot) -> None:
    header = Header(theme)
    qtbot.addWidget(header)
    header.resize(600, 48)

    def begins(title: str) -> QImage:
        header.show_title(title, conversation=True)
        return header.grab(QRect(20, 0, 11, 47)).toImage()

    assert begins("Peace") == begins("Peace?")
    assert begins("שלום") != begins("שלום?"), "the mark is at the left"
