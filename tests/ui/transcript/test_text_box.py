"""Lines are those of the whole text, however it is cut into slices."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from desktop_app.markdown.blocks import LINE_BREAK, Span
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript import text_box
from desktop_app.ui.transcript.shaping import shape
from desktop_app.ui.transcript.styles import Styles
from desktop_app.ui.transcript.text_box import Measure, TextBox
from desktop_app.ui.transcript.timing import NEVER

END = 1 << 30
WORDS = st.sampled_from(["word ", "漢字", "\U0001f680", "x" * 20])
TEXTS = st.lists(
    st.sampled_from(
        ["word ", "longerword", " ", "漢字かな", "\U0001f680", "שלום ", "a" * 30, LINE_BREAK, "-"]
    ),
    max_size=60,
).map("".join)


@pytest.fixture(scope="module")
def styles(qapp: QApplication) -> Iterator[Styles]:
    theme = Theme(qapp, "light")
    yield Styles(theme, 14)
    theme.deleteLater()


def box_of(text: str, styles: Styles, width: int = 200, before: TextBox | None = None) -> TextBox:
    face = styles.body()
    shaped = shape([Span(text)], face, styles)
    made = TextBox(shaped, styles.base(face), Measure(width, *styles.line(face)), before)
    made.advance(END, NEVER)
    return made


def lines(box: TextBox) -> list[tuple[int, int, int]]:
    return [(line.begin, line.end, line.top) for line in box.lines]


@hypothesis_settings(max_examples=40)
@given(text=TEXTS, length=st.integers(20, 90))
@example(text="a" * 300, length=40)
@example(text="\U0001f680" * 60, length=21)
def test_lines_are_the_same_in_slices_of_any_length(styles: Styles, text: str, length: int) -> None:
    whole = box_of(text, styles)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_box, "SLICE", length)
        assert lines(box_of(text, styles)) == lines(whole)


@hypothesis_settings(max_examples=40)
@given(text=TEXTS, sizes=st.lists(st.integers(1, 200), max_size=6))
def test_lines_are_the_same_when_text_has_grown(
    styles: Styles, text: str, sizes: list[int]
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(text_box, "SLICE", 40)
        box: TextBox | None = None
        shown = 0
        for size in (*sizes, len(text)):
            shown += size
            box = box_of(text[:shown], styles, before=box)
        assert box is not None
        assert lines(box) == lines(box_of(text, styles))


def test_what_is_full_is_not_laid_out_again(styles: Styles) -> None:
    text = "some words that go on " * 400
    before = box_of(text, styles)
    after = box_of(text + "and on", styles, before=before)
    kept = before.lines[0].layout
    assert after.lines[0].layout is kept
    assert after.lines[-1].layout is not before.lines[-1].layout
    assert box_of("other " + text, styles, before=before).lines[0].layout is not kept


def test_only_what_is_looked_at_is_laid_out(styles: Styles) -> None:
    face = styles.body()
    shaped = shape([Span("some words that go on " * 3000)], face, styles)
    box = TextBox(shaped, styles.base(face), Measure(400, *styles.line(face)))
    guess = box.height
    box.advance(300, NEVER)
    assert not box.done
    assert 300 <= box.lines[-1].bottom < 3000
    box.advance(END, NEVER)
    assert box.done
    assert box.height == pytest.approx(guess, rel=0.25)


@hypothesis_settings(max_examples=40)
@given(
    st.lists(st.sampled_from(["word ", "漢字", "\U0001f680", "x" * 20]), min_size=1).map("".join)
)
def test_the_place_of_a_character_leads_back_to_it(styles: Styles, text: str) -> None:
    box = box_of(text, styles)
    for offset in range(len(text)):
        rects = box.rects_of(offset, offset + 1)
        if not rects or rects[0].width() < 2 or text[offset] == " ":
            continue
        (rect,) = rects
        y = rect.center().y()
        assert box.offset_at(rect.left() + rect.width() * 0.2, y) == offset
        assert box.offset_at(rect.left() + rect.width() * 0.8, y) in (offset, offset + 1)


def test_a_point_beside_the_text_is_at_the_end_of_its_line(styles: Styles) -> None:
    box = box_of(f"one{LINE_BREAK}{LINE_BREAK}two", styles)
    assert [box.offset_at(500, y) for y in (5, 27, 49)] == [3, 4, 8]
    assert [box.offset_at(-5, y) for y in (5, 27, 49)] == [0, 4, 5]
    assert box.offset_at(500, 900) == 8
    assert box.offset_at(0, -50) == 0


def test_an_empty_line_that_is_selected_is_seen(styles: Styles) -> None:
    box = box_of(f"one{LINE_BREAK}{LINE_BREAK}two", styles)
    rects = box.rects_of(0, 8)
    assert [rect.top() for rect in rects] == [0, 22, 44]
    assert all(rect.width() >= 4 for rect in rects)


def test_text_that_begins_from_the_right_stands_at_the_right(styles: Styles) -> None:
    box = box_of("שלום עולם", styles, 300)
    assert box.rects_of(0, 9)[0].right() == pytest.approx(300, abs=1)
    assert box.offset_at(299, 5) == 0
    assert box_of("hello", styles, 300).rects_of(0, 5)[0].left() == 0
