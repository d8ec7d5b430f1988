"""A formula becomes glyphs and their places."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.formulas.mathml import Unrenderable
from desktop_app.formulas.picture import Picture, decode, encode
from desktop_app.formulas.setting import Setter
from desktop_app.formulas.worker import answer
from tests.formulas.corpus import FORMULAS

SETTER = Setter()


def picture(source: str, *, display: bool = True) -> Picture:
    return SETTER.set(source, display=display)[0]


def glyphs(source: str, *, display: bool = True) -> list[int]:
    return [glyph.outline for glyph in picture(source, display=display).glyphs]


@pytest.mark.parametrize("display", [True, False])
@pytest.mark.parametrize("source", FORMULAS)
def test_a_formula_of_an_answer_is_set(source: str, display: bool) -> None:
    made = picture(source, display=display)
    assert made.width > 0
    assert made.ascent > 0
    assert made.glyphs or made.letters


def test_a_picture_is_the_same_on_the_other_side_of_the_pipe() -> None:
    made = picture(r"\frac{\text{速度}}{2} \cancel{x}")
    assert made.letters
    assert made.bars
    assert made.lines
    assert decode(json.loads(json.dumps(encode(made)))) == made


def test_an_outline_is_told_once() -> None:
    setter = Setter()
    first = setter.set("x", display=False)[1]
    assert len(first) == 1
    assert setter.set("x + x", display=False)[1].keys().isdisjoint(first)


def test_letters_stand_on_the_baseline_and_the_rest_below_it() -> None:
    assert picture("x").descent < 0.05
    assert picture("y").descent > 0.15
    assert {glyph.y for glyph in picture("x + y").glyphs} == {0}


def test_an_index_stands_lower_and_a_power_higher() -> None:
    base, power = picture("x^2").glyphs
    assert power.y < base.y
    assert power.size < base.size
    base, index = picture("x_2").glyphs
    assert index.y > base.y


def test_a_displayed_sum_is_larger_than_one_in_a_line() -> None:
    source = r"\sum_{i=1}^n i"
    assert picture(source).ascent > picture(source, display=False).ascent


def test_letters_of_other_scripts_are_left_to_other_fonts() -> None:
    made = picture(r"\text{速度} = v")
    assert [one.text for one in made.letters] == ["速度"]
    assert made.letters[0].width == pytest.approx(2, abs=0.01)
    assert made.width > 2


def test_angles_in_a_text_are_letters() -> None:
    assert glyphs(r"\text{a<b}") == glyphs(r"\text{a}\text{<}\text{b}")


def test_a_bracket_grows_with_what_it_holds() -> None:
    small = picture(r"\left(x\right)")
    large = picture(r"\left(\begin{matrix}a\\b\\c\\d\\e\\f\end{matrix}\right)")
    assert large.ascent > 3 * small.ascent
    assert len(large.glyphs) > 8, "a large one is put together of pieces"


def test_an_array_has_the_lines_that_were_asked_for() -> None:
    across, down = (
        picture(r"\begin{array}{cc} a & b \\ \hline c & d \end{array}").bars,
        picture(r"\begin{array}{c|c} a & b \\ c & d \end{array}").bars,
    )
    assert [bar.width > bar.height for bar in across] == [True]
    assert [bar.width < bar.height for bar in down] == [True]


def test_a_binomial_has_no_bar() -> None:
    assert not picture(r"\binom{n}{k}").bars
    assert len(picture(r"\frac{n}{k}").bars) == 1


def test_a_minus_before_a_number_stands_close_to_it() -> None:
    _, _, minus, after = picture("x=-1").glyphs
    _, minus_between, after_between = picture("x-1").glyphs
    assert after.x - minus.x < after_between.x - minus_between.x


@pytest.mark.parametrize(
    "source", [r"\unknowncommand{x}", "", " ", r"\text{}", "{" * 2000, r"x_{", r"\frac", r"\left(x"]
)
def test_what_cannot_be_set_is_said_to_be_so(source: str) -> None:
    assert list(answer(SETTER, source, display=True)) == ["error"]


@pytest.mark.parametrize(
    "source",
    [
        r"\rule{99999em}{99999em}",
        r"x\hspace{99999em}y",
        r"\begin{matrix}" + r"a\\" * 500 + r"b\end{matrix}",
    ],
)
def test_what_wants_more_room_than_there_is_anywhere_is_no_formula(source: str) -> None:
    assert list(answer(SETTER, source, display=True)) == ["error"]


def test_an_unknown_command_is_not_shown_as_letters() -> None:
    with pytest.raises(Unrenderable):
        picture(r"x + \unknowncommand")


def test_after_one_that_cannot_be_set_the_next_is_set_as_ever() -> None:
    before = picture("a + b")
    answer(SETTER, r"\text{\frac}_\mathrm{", display=True)
    answer(SETTER, r"\mathrm{\text{a-}^{", display=True)
    assert picture("a + b") == before


@given(st.text("\\{}^_&$%#~ abx12+-<>\n[]().,'|速", max_size=40), st.booleans())
def test_any_text_is_set_or_refused(source: str, display: bool) -> None:
    assert list(answer(SETTER, source, display=display)) in (["picture", "outlines"], ["error"])
