"""Code has the colours of its language, line by line, and the same while it grows."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.markdown import highlight as highlighting
from desktop_app.markdown.highlight import (
    LONGEST_LINE,
    SECTION_LENGTH,
    SECTION_LINES,
    Highlighting,
    Line,
    highlight,
)
from desktop_app.markdown.lexing import reader

FOREVER = float("inf")
RESUMING = (
    *("python", "javascript", "typescript", "java", "c#", "go", "rust", "kotlin", "scala", "html"),
    *("css", "scss", "toml", "ini", "bash", "powershell", "sql", "r", "julia", "perl", "haskell"),
    *("dart", "dockerfile", "diff", "markdown", "latex", "graphql", "xml", "cmake", "groovy"),
)
BEGINNING_ANEW = ("c", "c++", "php", "ruby", "swift", "lua", "json", "yaml", "makefile", "console")


def coloured(text: str, language: str) -> list[Line]:
    """The lines of a code that is there all at once."""
    code = Highlighting(language, text)
    code.advance(code.line_count, FOREVER)
    return code.lines


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def roles(text: str, language: str) -> dict[str, str]:
    return {piece.strip(): role for line in coloured(text, language) for piece, role in line}


# --- colours --------------------------------------------------------------------------------------


def test_code_has_the_colours_of_its_parts() -> None:
    found = roles("def add(a):\n    return 'x' + 1  # why\n", "python")
    assert found["def"] == "c_keyword"
    assert found["add"] == "c_func"
    assert found["'x'"] == "c_string"
    assert found["1"] == "c_number"
    assert found["# why"] == "c_comment"
    assert roles("print(x)", "python")["print"] == "c_func"
    assert roles("thing.method(x)", "python")["method"] == "c_func"
    assert roles('{"a": null}', "json")["null"] == "c_const"
    assert roles("+ added\n- gone\n", "diff")["+ added"] == "c_add"


def test_the_last_line_has_its_colours_without_an_end() -> None:
    for text in ("- gone\n+ added", "+ added"):
        assert roles(text, "diff")["+ added"] == "c_add"
        assert texts(coloured(text, "diff")) == text.split("\n")


def test_an_unknown_language_is_shown_without_colours() -> None:
    for language in ("", "klingon", "text", "mermaid-ish"):
        assert coloured("a = 1\n\nb", language) == [
            (("a = 1", "c_text"),),
            (),
            (("b", "c_text"),),
        ]


def test_very_long_code_is_not_coloured_in_one_go() -> None:
    assert len(highlight("x = 1\n" * 50_000, "python")) == 1


@given(st.text(max_size=200), st.sampled_from(["python", "js", "html", "c", "sql", "bash", "diff"]))
def test_the_pieces_are_the_text(text: str, language: str) -> None:
    assert "".join(span.text for span in highlight(text, language)) == text
    assert texts(coloured(text, language)) == text.split("\n")


SAMPLES = {
    "python": 'def add(a):\n    """What it does.\n\nAnd why.\n    """\n    return f"{a}" # why\n\n',
    "javascript": (
        "/* what\n\nit does */\nexport function add(a) {\n  // why\n"
        "  const b = `x\n${a}`;\n  return a < 3 ? 'y' : /[a-z]+/.test(b);\n}\n\n"
    ),
    "rust": '/// What\nfn add(a: &str) -> u32 {\n    let s = "x\ny";\n    s.len() /* why\n*/ }\n\n',
    "html": '<p class="a">\n<!-- what\n\nit is -->\n<script>\nlet a = 1;\n</script>\n</p>\n\n',
    "bash": 'for a in *; do\n  echo "x\n$a" # why\ndone\n\ncat <<EOF\nx\nEOF\n\n',
    "c": "/* what\n   it does */\nstatic int add(int a)\n{\n    return a + 1; // why\n}\n\n",
    "json": '{\n  "a": [1, true],\n  "b": "c"\n}\n\n',
    "yaml": "a:\n  - b: 1\n    c: |\n      text\n\nd: 'e'\n\n",
}
"""Some code of each language; two in which reading resumes have empty lines within tokens."""


@pytest.mark.parametrize("language", SAMPLES)
def test_long_code_has_the_colours_that_pygments_gives_it_as_a_whole(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = SAMPLES[language] * 100
    assert text.count("\n") > 10 * SECTION_LINES
    found = coloured(text, language)
    monkeypatch.setattr(highlighting, "SECTION_LINES", 10**9)
    monkeypatch.setattr(highlighting, "SECTION_LENGTH", 10**9)
    assert found == coloured(text, language)


def test_what_reads_code_resumes_where_pygments_works_by_rules_alone() -> None:
    for language in RESUMING:
        assert (found := reader(language)) is not None, language
        assert found.resumes, language
    for language in BEGINNING_ANEW:
        assert (found := reader(language)) is not None, language
        assert not found.resumes, language


# --- while it grows -------------------------------------------------------------------------------

PIECES = st.lists(
    st.sampled_from(
        [
            *('"', "'", '"""', "`", "/*", "*/", "//", "#", "<!--", "-->", "<a b='c'>", "</a>"),
            *("<<EOF\n", "EOF\n", "{", "}", "(", ")", "\n", "\n\n", "  ", "\\", "$", "${", ";"),
            *("def f(a):\n", "return 1\n", "class A ", "name", "f(", "if a < b:\n", "a: b\n"),
            *("+ x\n", "- y\n", "@@\n", "12", "%", "'''", "r'", "{-", "-}", "--", "/x/", "=>"),
            *("x" * (LONGEST_LINE + 1), "\n" * SECTION_LINES, "=" * 100),
            *("a = 1\n" * SECTION_LINES, "\tb(c) # d\n" * 7, "e " * (SECTION_LENGTH // 4)),
        ]
    ),
    max_size=25,
).map("".join)


@given(PIECES, st.sampled_from([*RESUMING, *BEGINNING_ANEW]), st.data())
@example("a\n" * 39 + '"' + "b\n" * 60 + '"\n', "python", None)
@example("x" * 1001 + "\ndef f(a):\n", "python", None)
@example("a\n\nb", "c", None)
def test_code_that_grows_has_the_colours_that_it_has_all_at_once(
    text: str, language: str, data: st.DataObject | None
) -> None:
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=8)) if data else [1, 41, 100]
    code = Highlighting(language)
    shown: list[Line] = []
    for end in sorted(cuts):
        grows = data is None or data.draw(st.booleans())
        first = code.feed(text[:end], grows=grows)
        del shown[first:]
        shown.extend(code.line(number) for number in range(first, code.line_count))
        steps = data.draw(st.integers(0, 3)) if data else 2
        for _ in range(steps):
            for number in code.advance(code.line_count, FOREVER if steps == 3 else 0):
                shown[number] = code.line(number)
        assert shown == code.lines
        assert texts(shown) == text[:end].split("\n")
    code.feed(text)
    code.advance(code.line_count, FOREVER)
    assert code.is_coloured(code.line_count)
    assert code.lines == coloured(text, language)


def test_a_line_that_was_finished_and_is_not_any_more_is_read_again() -> None:
    code = Highlighting("javascript", '"""</a>"')
    code.advance(1, 0)
    code.feed('"""</a>"', grows=True)
    code.advance(1, 0)
    code.advance(1, 0)
    assert code.lines == [(('"""</a>"', "c_text"),)]
    code.feed('"""</a>"')
    code.advance(1, FOREVER)
    assert code.lines == coloured('"""</a>"', "javascript")


@given(PIECES, st.integers(0, 200))
def test_a_line_that_is_far_enough_above_the_end_stays_as_it_is(text: str, cut: int) -> None:
    text = "a = 1\n" * 3 * SECTION_LINES + text
    code = Highlighting("python", text[: len(text) - cut])
    code.advance(code.line_count, FOREVER)
    above = code.lines[:SECTION_LINES]
    code.feed(text)
    assert code.is_coloured(SECTION_LINES - 1)
    code.advance(code.line_count, FOREVER)
    assert code.lines[:SECTION_LINES] == above


def test_only_what_is_looked_at_is_coloured() -> None:
    code = Highlighting("python", "return 1\n" * 20_000)
    assert code.advance(10, FOREVER) == range(11)
    assert code.is_coloured(10)
    assert not code.is_coloured(11)
    assert code.line(10)[0] == ("return", "c_keyword")
    assert code.line(19_000) == (("return 1", "c_text"),)


def test_work_is_done_in_slices() -> None:
    code = Highlighting("python", "return 1\n" * 200)
    slices = 0
    while not code.is_coloured(199):
        changed = code.advance(199, 0)
        assert len(changed) <= 1
        slices += 1
    assert slices > 200
    assert code.advance(199, 0) == range(0)


def test_the_line_that_is_not_finished_is_plain() -> None:
    code = Highlighting("python")
    code.feed("return 1\nreturn", grows=True)
    code.advance(code.line_count, FOREVER)
    assert code.lines[0][0][1] == "c_keyword"
    assert code.lines[1] == (("return", "c_text"),)
    code.feed("return 1\nreturn", grows=False)
    code.advance(code.line_count, FOREVER)
    assert code.lines[1] == (("return", "c_keyword"),)


def test_a_line_that_is_too_long_is_plain_and_reading_goes_on_behind_it() -> None:
    for long in ("x" * (LONGEST_LINE + 1), "=" * 100):
        before, middle, after = coloured(f'"""a\n{long}\nb"""', "python")
        assert middle == ((long, "c_text"),)
        assert before == (('"""a', "c_string"),) or before[0][1] == "c_comment"
        assert after[0] == ('b"""', before[0][1])


def test_other_code_is_read_anew() -> None:
    code = Highlighting("python", "a = 1\n" * 100)
    code.advance(code.line_count, FOREVER)
    assert code.feed("return") == 0
    code.advance(code.line_count, FOREVER)
    assert code.lines == [(("return", "c_keyword"),)]


@pytest.mark.parametrize("language", ["scala", "fish", "smithy", "c", "python", "javascript"])
def test_a_string_that_is_left_open_holds_nobody_up(language: str) -> None:
    for unit in ("\\", "\\n", "a\n", "a ", "\n"):
        for begin in ('"""', '"', "'", "`", "begin "):
            text = begin + unit * 60
            assert texts(coloured(text, language)) == text.split("\n")
