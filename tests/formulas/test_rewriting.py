"""A formula is said in words that its converter understands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.formulas.rewriting import chemistry, closing_brace, rewrite


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\begin{aligned}[t] x &= 1 \end{aligned}", r"\begin{align*} x &= 1 \end{align*}"),
        (r"\begin{equation}x\end{equation}", "x"),
        (r"\begin{gather*}x\end{gather*}", r"\begin{matrix}x\end{matrix}"),
        (r"\begin{pmatrix*}x\end{pmatrix*}", r"\begin{pmatrix*}x\end{pmatrix*}"),
        (r"\begin{array}{@{}|l|p{3cm}|@{}}", r"\begin{array}{l|l}"),
        (r"a \\[4pt] b", "a \\\\  b"),
        (r"x % a remark", "x "),
        (r"50\% x", r"50\% x"),
        (r"\label{eq:1} x", " x"),
        (r"\tag{1} x", r" x\qquad\text{(1)}"),
        (r"\tag*{A} x", r" x\qquad\text{A}"),
        (
            r"\text{5\% of \textbf{all}, $x_1$ too}",
            "\\text{5% of }\\textbf{all}\\text{, }{x_1}\\text{ too}",
        ),
        (r"\text{a {b} c}", r"\text{a b c}"),
        (r"\operatorname*{arg\,max}_x", "\\operatorname*{arg\u00a0max}_x"),
        (r"\mathop{\mathrm{argmin}}_x", r"\operatorname*{argmin}_x"),
        (r"\mathop{x^2}", "{x^2}"),
        (r"a \not= b", r"a \neq  b"),
    ],
)
def test_what_the_converter_does_not_know_is_said_otherwise(written: str, meant: str) -> None:
    assert rewrite(written) == meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("H2O", r"\mathrm {H}_{2}\mathrm {O}"),
        ("2H2", r"2\mathrm {H}_{2}"),
        ("SO4^2-", r"\mathrm {SO}_{4}^{2-}"),
        ("Na+", r"\mathrm {Na}^{+}"),
        ("A -> B", r"\mathrm {A}\,\;\rightarrow \;\,\mathrm {B}"),
        ("A ->[heat] B", r"\mathrm {A}\,\;\xrightarrow{heat}\;\,\mathrm {B}"),
    ],
)
def test_chemistry_is_written_out(written: str, meant: str) -> None:
    assert chemistry(written) == meant


def test_a_brace_that_is_written_as_such_closes_nothing() -> None:
    assert closing_brace(r"a\}b}", 0) == 4
    assert closing_brace("a{b", 0) == -1


@given(st.text("\\{}^_&$%#~ abx12[]textcbginord*", max_size=60))
def test_any_text_can_be_rewritten(source: str) -> None:
    rewrite(source)
