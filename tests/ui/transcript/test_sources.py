"""The sources under an answer, and the card beside a mark."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript import sources as sources_module
from desktop_app.ui.transcript.citations import Source
from desktop_app.ui.transcript.cite_marks import mark_width
from desktop_app.ui.transcript.sources import CARD, ROW, CitationCard, SourceList
from tests.ui.windows import click, press

PAGE = Source("page", "A page", "example.com", "https://example.com/a")
FILE = Source("file", "Plan.pdf", "Page 3")


@pytest.fixture
def window(qtbot: QtBot, qapp: object) -> Iterator[QWidget]:
    made = QWidget()
    made.resize(800, 600)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def on_screen(window: QWidget, x: int, y: int) -> QRect:
    return QRect(window.mapToGlobal(QPoint(x, y)), QSize(16, 15))


def test_each_source_has_a_row_and_opens_where_it_has_an_address(
    theme: Theme, window: QWidget
) -> None:
    sources = SourceList(theme, window)
    sources.show()
    opened = QSignalSpy(sources.link_clicked)
    assert sources.show_sources((PAGE, FILE))
    assert sources.fit(720) == 2 * ROW
    assert [row.accessibleName() for row in sources.rows] == [
        "Source 1: A page, example.com",
        "Source 2: Plan.pdf, Page 3",
    ]
    assert sources.stops == sources.rows[:1]
    for row in sources.rows:
        click(row)
    press(sources.rows[0], Qt.Key.Key_Space)
    assert [opened.at(at) for at in range(opened.count())] == [
        ["https://example.com/a", "A page"],
        ["https://example.com/a", "A page"],
    ]
    sources.grab()


def test_a_source_that_comes_later_changes_only_what_it_touches(
    theme: Theme, window: QWidget
) -> None:
    sources = SourceList(theme, window)
    sources.show_sources((PAGE,))
    first = sources.rows[0]
    assert not sources.show_sources((PAGE,))
    assert sources.show_sources((PAGE, FILE))
    assert sources.rows[0] is first
    assert sources.show_sources((FILE,))
    assert sources.sources == (FILE,)


def test_a_mark_has_room_for_its_number() -> None:
    assert [mark_width(number) for number in (1, 10, 99, 100)] == [16, 18, 18, 25]


def test_the_card_comes_after_a_while_and_goes_at_once(
    theme: Theme, window: QWidget, qtbot: QtBot
) -> None:
    card = CitationCard(theme, window)
    card.show_for(PAGE, "what it says", on_screen(window, 300, 300), now=False)
    assert card.isHidden()
    qtbot.waitUntil(card.isVisible)
    assert card.accessibleName() == "A page. example.com. “what it says”"
    card.grab()
    card.show_for(None, "", QRect(), now=False)
    assert card.isHidden()
    card.show_for(PAGE, "", on_screen(window, 300, 300), now=False)
    card.leave()
    assert not card._timer.isActive()


@pytest.mark.parametrize("at", [(0, 0), (790, 0), (0, 590), (790, 590)])
def test_the_card_stays_in_the_window_and_beside_the_mark(
    theme: Theme, window: QWidget, at: tuple[int, int]
) -> None:
    card = CitationCard(theme, window)
    mark = QRect(*at, 16, 15)
    card.show_for(FILE, "cited words " * 30, on_screen(window, *at), now=True)
    margin = card._shadow.margin
    box = card.geometry().adjusted(margin, margin, -margin, -margin)
    assert box.width() == CARD
    assert box.left() >= 0
    assert box.right() <= window.width()
    assert not box.intersects(mark)


def test_a_mark_that_the_keyboard_has_reached_is_said_aloud_and_one_under_the_pointer_is_not(
    theme: Theme, window: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(sources_module, "announce", lambda _widget, words: said.append(words))
    card = CitationCard(theme, window)
    card.show_for(PAGE, "it says", on_screen(window, 9, 9), now=False)
    assert said == []
    card.show_for(PAGE, "it says", on_screen(window, 9, 9), now=True)
    assert said == ["A page. example.com. “it says”"]
