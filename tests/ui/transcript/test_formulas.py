"""Formulas are painted on the baseline, in any colour and at any size."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.chat.typesetting import FormulaKey, Typesetter
from desktop_app.ui.transcript.formula_rasters import Rasters
from desktop_app.ui.transcript.formulas import Formulas

BASELINE = 60
INK = QColor("#123456")


@pytest.fixture
def formulas(qapp: QApplication) -> Iterator[Formulas]:
    typesetter = Typesetter()
    made = Formulas(typesetter)
    yield made
    typesetter.close()


def wait_for(qtbot: QtBot, formulas: Formulas, *sources: str, display: bool = True) -> None:
    for source in sources:
        formulas.size_of(source, display, 14)
    qtbot.waitUntil(lambda: not formulas.is_waiting, timeout=30_000)


def painted(formulas: Formulas, source: str, *, pixels: int = 40, ink: QColor = INK) -> QImage:
    image = QImage(600, 200, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.setPen(ink)
    formulas.paint(painter, QPointF(5, BASELINE), source, True, pixels)
    painter.end()
    return image


def inked(image: QImage) -> list[tuple[int, int]]:
    return [
        (x, y)
        for y in range(image.height())
        for x in range(image.width())
        if image.pixelColor(x, y).alpha() > 128
    ]


def test_a_formula_has_no_size_until_it_is_set_and_then_has_one(
    formulas: Formulas, qtbot: QtBot
) -> None:
    key: FormulaKey = ("x^2", True)
    with qtbot.waitSignal(formulas.rendered, timeout=30_000) as told:
        assert formulas.size_of(*key, 14) is None
        assert formulas.is_waiting
    assert told.args == [frozenset({key})]
    size = formulas.size_of("x^2", True, 14)
    assert size is not None
    assert size.width > size.ascent > size.descent
    assert not formulas.is_waiting


def test_it_grows_with_the_text(formulas: Formulas, qtbot: QtBot) -> None:
    wait_for(qtbot, formulas, "x^2")
    small = formulas.size_of("x^2", True, 14)
    large = formulas.size_of("x^2", True, 28)
    assert small is not None
    assert large is not None
    assert large.width == pytest.approx(2 * small.width)
    assert large.ascent == pytest.approx(2 * small.ascent)


def test_many_that_are_asked_for_at_once_are_told_of_together(
    formulas: Formulas, qtbot: QtBot
) -> None:
    told: list[frozenset[FormulaKey]] = []
    formulas.rendered.connect(told.append)
    sources = [f"x_{{{number}}}" for number in range(40)]
    wait_for(qtbot, formulas, *sources)
    assert frozenset[FormulaKey]().union(*told) == {(source, True) for source in sources}
    assert len(told) < 40


def test_what_cannot_be_set_has_failed_and_is_not_asked_for_again(
    formulas: Formulas, qtbot: QtBot
) -> None:
    wait_for(qtbot, formulas, r"\unknowncommand", "x")
    assert formulas.has_failed(r"\unknowncommand", True)
    assert not formulas.has_failed("x", True)
    assert not formulas.has_failed("y", True)
    assert formulas.size_of(r"\unknowncommand", True, 14) is None
    assert not formulas.is_waiting


def test_letters_stand_on_the_baseline(formulas: Formulas, qtbot: QtBot) -> None:
    wait_for(qtbot, formulas, "x")
    lowest = max(y for _, y in inked(painted(formulas, "x")))
    assert abs(lowest - (BASELINE - 1)) <= 1


def test_it_stays_in_the_room_that_it_asked_for(formulas: Formulas, qtbot: QtBot) -> None:
    source = r"\sum_{i=1}^n \frac{\sqrt{x_i}}{y} \begin{pmatrix} a \\ b \\ c \end{pmatrix}"
    wait_for(qtbot, formulas, source)
    size = formulas.size_of(source, True, 20)
    assert size is not None
    points = inked(painted(formulas, source, pixels=20))
    assert min(y for _, y in points) >= BASELINE - size.ascent - 1
    assert max(y for _, y in points) <= BASELINE + size.descent + 1
    assert max(x for x, _ in points) <= 5 + size.width + 1


def test_letters_of_other_fonts_grow_with_the_text(formulas: Formulas, qtbot: QtBot) -> None:
    source = r"\text{速度}"
    wait_for(qtbot, formulas, source)

    def width(pixels: int) -> int:
        columns = [x for x, _ in inked(painted(formulas, source, pixels=pixels))]
        return max(columns) - min(columns)

    assert 20 <= width(14) <= 2 * 14 * 1.2
    assert width(42) == pytest.approx(3 * width(14), abs=5)


def test_it_is_painted_in_the_ink_that_is_given(formulas: Formulas, qtbot: QtBot) -> None:
    source = r"\frac{\text{速度}}{x}\cancel{y}"
    wait_for(qtbot, formulas, source)
    image = painted(formulas, source, ink=QColor("#ff0000"))
    colours = {image.pixelColor(x, y).name() for x, y in inked(image)}
    assert colours == {"#ff0000"}


@pytest.mark.parametrize("pixels", [10, 14, 28])
def test_the_bar_of_a_fraction_is_on_whole_pixels(
    formulas: Formulas, qtbot: QtBot, pixels: int
) -> None:
    wait_for(qtbot, formulas, r"\frac{1}{11111}")
    image = painted(formulas, r"\frac{1}{11111}", pixels=pixels)
    long_rows = {}
    for y in range(image.height()):
        alphas = [image.pixelColor(x, y).alpha() for x in range(image.width())]
        if sum(alpha > 0 for alpha in alphas) > 2 * pixels:
            long_rows[y] = max(alphas)
    assert 255 in long_rows.values()


def test_a_tall_line_of_overlapping_pieces_has_no_holes(formulas: Formulas, qtbot: QtBot) -> None:
    source = r"\left|\begin{matrix} a \\ b \\ c \\ d \end{matrix}\right|"
    wait_for(qtbot, formulas, source)
    image = painted(formulas, source, pixels=24)
    left = min(x for x, _ in inked(image))
    rows = [y for x, y in inked(image) if x == left]
    assert rows == list(range(min(rows), max(rows) + 1))
    assert len(rows) > 80


def test_scrolled_by_a_part_of_a_pixel_it_is_as_sharp_as_before(
    formulas: Formulas, qtbot: QtBot
) -> None:
    wait_for(qtbot, formulas, "x")

    def at(x: float, y: float) -> QImage:
        image = QImage(80, 80, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        painter.translate(x, y)
        formulas.paint(painter, QPointF(10, 50), "x", True, 30)
        painter.end()
        return image

    assert at(0.3, 0.4) == at(0, 0)
    assert at(1.2, 0) != at(0, 0)


def test_larger_by_the_painter_it_is_filled_anew(formulas: Formulas, qtbot: QtBot) -> None:
    wait_for(qtbot, formulas, "x")
    image = QImage(200, 200, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    painter.scale(4, 4)
    formulas.paint(painter, QPointF(5, 30), "x", True, 20)
    painter.end()
    assert formulas._rasters.bytes_kept == 0
    partly = [one for one in inked(image) if image.pixelColor(*one).alpha() < 255]
    assert len(partly) < len(inked(image)) / 3, "its edges are sharp"


def test_pixels_are_kept_within_bounds(formulas: Formulas, qtbot: QtBot) -> None:
    wait_for(qtbot, formulas, "a", "b")
    formulas._rasters = Rasters(most=10_000)
    for pixels in range(20, 60):
        painted(formulas, "a", pixels=pixels)
    assert 0 < formulas._rasters.bytes_kept <= 20_000
    assert inked(painted(formulas, "b"))


def test_a_very_large_one_is_painted_and_not_kept(formulas: Formulas, qtbot: QtBot) -> None:
    wait_for(qtbot, formulas, "x + y")
    image = painted(formulas, "x + y", pixels=2000)
    assert formulas._rasters.bytes_kept == 0
    assert image.pixelColor(0, 0).isValid()


def test_what_is_not_set_paints_nothing(formulas: Formulas, qtbot: QtBot) -> None:
    assert not inked(painted(formulas, "z"))
    qtbot.waitUntil(lambda: not formulas.is_waiting, timeout=30_000)
    assert inked(painted(formulas, "z"))


def test_what_was_dropped_is_set_again_when_it_is_painted(
    formulas: Formulas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.ui.transcript.formulas._PICTURES", 2)
    wait_for(qtbot, formulas, "a", "b", "c")
    assert not inked(painted(formulas, "a"))
    qtbot.waitUntil(lambda: not formulas.is_waiting, timeout=30_000)
    assert inked(painted(formulas, "a"))


def test_shapes_are_kept_within_bounds_and_made_anew(
    formulas: Formulas, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.ui.transcript.formulas._ELEMENTS", 1)
    wait_for(qtbot, formulas, "a", "b")
    first = painted(formulas, "a")
    painted(formulas, "b")
    assert len(formulas._shapes) == 1
    assert painted(formulas, "a") == first


def test_without_a_typesetter_nothing_is_ever_set(qapp: QApplication) -> None:
    formulas = Formulas()
    assert formulas.size_of("x", True, 14) is None
    assert not formulas.is_waiting
    assert formulas.has_failed("x", True)
