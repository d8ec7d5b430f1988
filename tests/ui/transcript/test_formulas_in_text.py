"""Formulas in an answer: pictures on the baseline, their source for everything but the eye."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.chat.typesetting import Typesetter
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.boxes import SMALLEST, FormulaBox, WordsBox
from desktop_app.ui.transcript.code_box import CodeBox
from desktop_app.ui.transcript.formulas import Formulas

ENERGY = "Then $E = mc^2$ follows.\n\n$$\n\\frac{1}{2}\n$$\n\nAnd so on."


@pytest.fixture
def setting(qapp: QApplication) -> Iterator[Theme]:
    """A theme whose formulas are set."""
    typesetter = Typesetter()
    theme = Theme(qapp, "light", None, Formulas(typesetter))
    yield theme
    typesetter.close()
    theme.deleteLater()


def view_of(qtbot: QtBot, theme: Theme) -> BlocksView:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    return view


def show(view: BlocksView, text: str) -> None:
    view.show_text(text)
    view.fit(600)
    view.lay_out(0, 10_000)


def wait(qtbot: QtBot, theme: Theme) -> None:
    qtbot.waitUntil(lambda: not theme.formulas.is_waiting, timeout=30_000)


def words(view: BlocksView, block: int) -> WordsBox:
    (box,) = view.flow.laid(block).boxes
    assert isinstance(box, WordsBox)
    return box


def displayed(view: BlocksView, block: int) -> FormulaBox | CodeBox:
    (box,) = view.flow.laid(block).boxes
    assert isinstance(box, FormulaBox | CodeBox)
    return box


def test_formulas_are_drawn_and_their_source_is_what_is_copied(
    setting: Theme, qtbot: QtBot
) -> None:
    view = view_of(qtbot, setting)
    show(view, ENERGY)
    view.finish()
    wait(qtbot, setting)
    assert [one.source for one in words(view, 0).text.shaped.inlines] == ["E = mc^2"]
    assert not words(view, 0).text.shaped.waits
    box = displayed(view, 1)
    assert isinstance(box, FormulaBox)
    assert not box.waits
    assert "E = mc^2" in view.plain_text
    assert r"\frac{1}{2}" in view.plain_text


def test_a_formula_on_its_way_has_a_room_and_gets_its_own_when_it_is_there(
    setting: Theme, qtbot: QtBot
) -> None:
    view = view_of(qtbot, setting)
    show(view, ENERGY)
    view.finish()
    view.lay_out(0, 10_000)
    box = displayed(view, 1)
    assert isinstance(box, FormulaBox)
    assert box.waits
    guessed = words(view, 0).text.shaped.inlines[0].size
    wait(qtbot, setting)
    now = words(view, 0).text.shaped.inlines[0].size
    assert now != guessed
    assert now == setting.formulas.size_of("E = mc^2", False, 14)


def test_one_that_cannot_be_drawn_shows_its_source(setting: Theme, qtbot: QtBot) -> None:
    view = view_of(qtbot, setting)
    show(view, "A $\\nonsense{x}$.\n\n$$\n\\nonsense{y}\n$$\n\nB.")
    view.finish()
    wait(qtbot, setting)
    assert not words(view, 0).text.shaped.inlines
    assert "\\nonsense{x}" in words(view, 0).text.shaped.text
    assert isinstance(displayed(view, 1), CodeBox)
    image = view.grab().toImage()
    assert not image.isNull()


def test_one_that_grows_is_shown_as_its_source_until_it_is_whole(
    setting: Theme, qtbot: QtBot
) -> None:
    view = view_of(qtbot, setting)
    show(view, "Look:\n\n$$\n\\frac{1}")
    assert isinstance(displayed(view, 1), CodeBox)
    wait(qtbot, setting)
    show(view, "Look:\n\n$$\n\\frac{1}{2}\n$$\n\nSo ")
    assert isinstance(displayed(view, 1), FormulaBox)
    wait(qtbot, setting)
    assert setting.formulas.size_of("\\frac{1}{2}", True, 14) is not None


def test_one_at_the_very_end_is_drawn_when_the_answer_ends(setting: Theme, qtbot: QtBot) -> None:
    view = view_of(qtbot, setting)
    show(view, "Look:\n\n$$\nx^2\n$$")
    view.finish()
    view.fit(600)
    view.lay_out(0, 10_000)
    assert isinstance(displayed(view, 1), FormulaBox)
    wait(qtbot, setting)


def test_the_text_after_a_formula_is_where_its_width_says(setting: Theme, qtbot: QtBot) -> None:
    view = view_of(qtbot, setting)
    show(view, "a $x$ b")
    view.finish()
    wait(qtbot, setting)
    text = view.plain_text
    size = setting.formulas.size_of("x", False, 14)
    assert size is not None
    (formula,) = view.rects_of(0, text.index("$x$"), text.index("$x$") + 3)
    assert formula.width() == pytest.approx(size.width, abs=1)


def test_one_that_is_too_wide_is_made_smaller_and_one_that_would_be_tiny_is_not_drawn(
    setting: Theme, qtbot: QtBot
) -> None:
    view = view_of(qtbot, setting)
    wide, wider = (" + ".join(f"x_{{{n}}}" for n in range(count)) for count in (18, 90))
    show(view, f"$$\n{wide}\n$$\n\n$$\n{wider}\n$$")
    view.finish()
    wait(qtbot, setting)
    small = displayed(view, 0)
    assert isinstance(small, FormulaBox)
    assert SMALLEST < small.scale < 1
    assert small.rect.width() <= 600
    assert isinstance(displayed(view, 1), CodeBox)


def test_zoom_draws_them_larger(setting: Theme, qtbot: QtBot) -> None:
    view = view_of(qtbot, setting)
    show(view, ENERGY)
    view.finish()
    wait(qtbot, setting)
    small = displayed(view, 1).height
    setting.set_zoom(200)
    view.fit(600)
    view.lay_out(0, 10_000)
    assert displayed(view, 1).height == pytest.approx(2 * small, abs=2)


def test_a_view_that_waits_for_nothing_is_not_laid_out_again(setting: Theme, qtbot: QtBot) -> None:
    view = view_of(qtbot, setting)
    show(view, "a $x$ b\n\nc")
    view.finish()
    wait(qtbot, setting)
    before = view.flow.laid(0)
    setting.formulas.size_of("y", True, 14)
    wait(qtbot, setting)
    assert view.flow.laid(0) is before
