"""What a growing answer is decorated with is found as if it had always been whole."""

from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.answer_view import AnswerView
from desktop_app.ui.transcript.places import Places, find_places

WIDTH = 500

BLOCKS = st.sampled_from(
    [
        "Some `code` in a line.\n\n",
        "- one\n- two `x`\n    1. three\n\n",
        "```python\nreturn 1\n```\n\n",
        "> said `so`\n>\n> > and so\n\n",
        "> said\n\n",
        "| a | b |\n|---|---|\n| `1` | 2 |\n| 3 | 4 |\n\n",
        "---\n\n",
        "## Head\n\n",
        "- [x] done\n- [ ] not\n\n",
        "$$\nx\n$$\n\n",
        "\n\n",
    ]
)


def found_anew(view: AnswerView) -> Places:
    places = Places()
    document = view.document()
    find_places(places, document, 0, document.characterCount(), view.width(), view._scale)
    return places


@hypothesis_settings(max_examples=25)
@given(st.lists(BLOCKS, max_size=7).map("".join), st.lists(st.integers(1, 40), max_size=12))
@example("> a\n\n> b\n\nc\n\n> d", [4, 6, 3, 2])
@example("| a |\n|---|\n| `1` |\n\n| a |\n|---|\n| `2` |\n\nend `x`", [20, 25, 10])
def test_places_found_piece_by_piece_are_those_of_the_whole(text: str, sizes: list[int]) -> None:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme = Theme(application, "light")
    view = AnswerView(theme, "Answer")
    shown = 0
    for size in [*sizes, len(text)]:
        shown += size
        view.show_text(text[:shown])
        view.fit(WIDTH)
        assert view._decorations._find(view.width(), view._scale) == found_anew(view)
    view.fit(WIDTH - 140)
    assert view._decorations._find(view.width(), view._scale) == found_anew(view)
    theme.set_zoom(150)
    view.fit(WIDTH)
    assert view._decorations._find(view.width(), view._scale) == found_anew(view)
    view.deleteLater()
    theme.deleteLater()
