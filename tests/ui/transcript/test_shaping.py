"""Places in what is said, and in what Qt lays out, lead to each other."""

from collections.abc import Iterator
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtGui import QTextLayout
from PySide6.QtWidgets import QApplication

from desktop_app.markdown.blocks import Span
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.shaping import HAIR, ROOM, Shaped, format_range, shape, shape_code
from desktop_app.ui.transcript.styles import Styles

CODES = st.text("ab \t\U0001f680\u202e\u200b\x1b\x07", min_size=1, max_size=6)
SPANS = st.lists(
    st.builds(
        Span,
        st.text("ab \U0001f680\u05d0漢\u202e\x07", max_size=5),
        bold=st.booleans(),
        code=st.booleans(),
    ),
    max_size=5,
)


@pytest.fixture(scope="module")
def look(qapp: QApplication) -> Iterator[Styles]:
    theme = Theme(qapp, "light")
    yield Styles(theme, 14)
    theme.deleteLater()


def said(spans: list[Span]) -> str:
    return "".join(span.text for span in spans)


def check(shaped: Shaped, text: str) -> None:
    assert shaped.length == len(text)
    assert shaped.units == len(shaped.text.encode("utf-16-le")) // 2
    places = [shaped.position(offset) for offset in range(len(text) + 1)]
    assert places == sorted(set(places)), "each place in the text is one of its own"
    assert [shaped.offset(place) for place in places] == list(range(len(text) + 1))
    offsets = [shaped.offset(place) for place in range(shaped.units + 1)]
    assert offsets == sorted(offsets)
    assert sum(length for _, length, _ in shaped.looks) == shaped.units


@given(spans=SPANS)
@example(spans=[Span("a", code=True), Span("b"), Span("\U0001f680x", code=True)])
@example(spans=[Span("\u202e", code=True)])
def test_each_place_in_what_is_said_has_a_place_in_what_is_laid_out(
    look: Styles, spans: list[Span]
) -> None:
    check(shape(spans, look.body(), look), said(spans))


@given(
    texts=st.lists(
        st.text("ab \t\U0001f680\u202e\u200b\x1b\x07", min_size=1, max_size=6), max_size=4
    )
)
def test_the_same_holds_for_lines_of_code(look: Styles, texts: list[str]) -> None:
    form = look.format(look.code())
    shaped = shape_code([(text, form) for text in texts], form)
    check(shaped, "".join(texts))


def test_code_in_a_line_has_room_at_both_sides(look: Styles) -> None:
    shaped = shape([Span("a "), Span("b", code=True), Span(" c")], look.body(), look)
    assert shaped.text == f"a {HAIR}b{HAIR} c"
    assert shaped.codes == [(2, 5)]


@pytest.mark.parametrize("span", [Span("x\u202ey\x07", code=True), Span("x\u202ey\x07")])
def test_what_would_be_hidden_is_seen_in_code_alone(look: Styles, span: Span) -> None:
    shown = shape([span], look.body(), look).text
    assert ("[U+202E]" in shown) == span.code
    assert ("[U+0007]" in shown) == span.code


def test_a_text_is_turned_after_its_first_letter(look: Styles) -> None:
    def first(text: str) -> bool:
        return shape([Span(text)], look.body(), look).begins_turned

    assert first("123 שלום abc")
    assert not first("abc שלום")
    assert not first("1234")
    assert first("مرحبا")


def test_a_character_of_two_units_is_never_cut(look: Styles) -> None:
    shaped = shape([Span("a\U0001f680b")], look.body(), look)
    assert [shaped.whole(unit) for unit in range(5)] == [0, 1, 3, 3, 4]
    assert shaped.part(1, 3) == "\U0001f680"


def test_the_room_of_what_is_painted_is_as_wide_as_it_is(look: Styles, qapp: QApplication) -> None:

    layout = QTextLayout(f"a{ROOM}b", look.base(look.body()))
    plain = look.format(look.body())

    room = look.room(look.body(), 37.5)
    layout.setFormats(
        [format_range(0, 1, plain), format_range(1, 1, room), format_range(2, 1, plain)]
    )
    layout.beginLayout()
    line = layout.createLine()
    line.setLineWidth(500)
    layout.endLayout()
    begin, _ = cast("tuple[float, int]", line.cursorToX(1))
    end, _ = cast("tuple[float, int]", line.cursorToX(2))
    assert end - begin == pytest.approx(37.5, abs=0.1)
