"""A text looks the same however it came, and only what is near the window is laid out."""

from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.interaction import Interaction
from desktop_app.markdown.stretches import text_of
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.turn_parts import parts_of
from tests.interactions.test_interaction import sample_events
from tests.samples import STREAMS
from tests.ui.laying import END, lay_out_all, shown

PARTS = st.sampled_from(
    [
        "Some `code` in a **line** that is long enough to be broken into two of them, or three. ",
        "\n\n",
        "\n",
        "- one\n- two `x`\n    1. three\n",
        "```python\ndef f(x):\n    return 'a'  # why\n",
        "```\n",
        "> said `so`\n>\n> > and so\n",
        "| a | b |\n|---|--:|\n| `1` | 2 |\n| words that need room | 4 |\n",
        "---\n",
        "## Head\n",
        "- [x] done\n- [ ] not\n",
        "漢字かな交じり文、",
        "שלום עולם ",
        "\U0001f680\U0001f469\u200d\U0001f680 ",
        "[link](https://a.example) ",
        "[late][x] ",
        "\n[x]: https://b.example\n",
        "[^1] ",
        "\n\n[^1]: Why.\n\n",
        "$5 and $x$ ",
        "a" * 120,
    ]
)


@pytest.fixture(scope="module")
def look(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, "light")
    yield theme
    theme.deleteLater()


def picture(view: BlocksView, width: int = 400) -> QImage:
    lay_out_all(view, width)
    return view.grab().toImage()


def selected(view: BlocksView) -> QImage:
    blocks = view.blocks
    if blocks:
        last = len(blocks) - 1
        view.set_selection((0, 1), (last, len(text_of(blocks[last]))))
    return picture(view)


@hypothesis_settings(max_examples=2000)
@given(
    text=st.lists(PARTS, max_size=8).map("".join),
    sizes=st.lists(st.integers(1, 60), max_size=12),
)
@example(text="> a\n\n> b\n\nc\n\n> d", sizes=[4, 6, 3, 2])
@example(text="| a |\n|---|\n| `1` |\n\n| a |\n|---|\n| `2` |\n\nend `x`", sizes=[20, 25, 10])
def test_a_text_looks_the_same_in_whatever_pieces_it_came(
    look: Theme, text: str, sizes: list[int]
) -> None:
    whole, grown = BlocksView(look, "whole"), BlocksView(look, "grown")
    whole.show_text(text)
    whole.finish()
    end = 0
    for size in sizes:
        end += size
        grown.show_text(text[:end])
        lay_out_all(grown, 400)
    grown.show_text(text)
    grown.finish()
    assert picture(grown) == picture(whole)
    assert grown.blocks == whole.blocks
    assert grown.plain_text == whole.plain_text
    assert selected(grown) == selected(whole)
    grown.set_selection(None)
    assert picture(grown, 250) == _fresh(look, text, 250)
    assert picture(grown) == _fresh(look, text, 400)
    for view in (whole, grown):
        view.deleteLater()


def _fresh(theme: Theme, text: str, width: int) -> QImage:
    view = BlocksView(theme, "fresh")
    view.show_text(text)
    view.finish()
    image = picture(view, width)
    view.deleteLater()
    return image


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_looks_the_same_live_and_reloaded_and_after_zoom_and_back(
    theme: Theme, qtbot: QtBot, name: str
) -> None:
    turn = Interaction()
    live: dict[int, BlocksView] = {}
    for count, event in enumerate(sample_events(name)):
        turn.apply(event)
        if count % 7:
            continue
        for number, part in enumerate(parts_of(turn)):
            if part.kind == "answer":
                view = live.setdefault(number, BlocksView(theme, "Answer"))
                qtbot.addWidget(view)
                view.show_text(part.source)
                lay_out_all(view)
    for number, part in enumerate(parts_of(turn)):
        if part.kind != "answer":
            continue
        view = live.setdefault(number, BlocksView(theme, "Answer"))
        qtbot.addWidget(view)
        view.show_text(part.source)
        view.finish()
        before = picture(view, 720)
        assert before == picture(shown(theme, qtbot, part.source), 720)
        theme.set_zoom(150)
        assert part.source.strip() == "" or picture(view, 720) != before
        theme.set_zoom(100)
        assert picture(view, 720) == before


# --- what is laid out -----------------------------------------------------------------------------

PROSE = "".join(f"Paragraph {number} of a text that goes on and on.\n\n" for number in range(400))


def test_only_blocks_near_the_window_are_laid_out(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(PROSE)
    view.read_all()
    view.fit(720)
    assert view.flow.laid_between(0, END) == []
    view.flow.lay_out(3000, 3600)
    numbers = [number for number, _ in view.flow.laid_between(0, END)]
    assert 15 < len(numbers) < 30
    assert view.top_of(numbers[0]) <= 3000 < view.top_of(numbers[0] + 1)


def test_what_is_far_from_the_window_is_let_go(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(PROSE * 4)
    view.read_all()
    height = view.fit(720)
    for top in range(0, height, 500):
        view.flow.lay_out(top, top + 600)
    assert len(view.flow.laid_between(0, END)) < 700


def test_a_height_that_was_measured_is_kept(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text("words that are wrapped more than once " * 9 + "\n\n" + PROSE * 4)
    view.read_all()
    view.fit(300)
    view.flow.lay_out(0, 200)
    measured = view.height_of(0)
    height = view.fit(300)
    for top in range(0, height, 500):
        view.flow.lay_out(top, top + 600)
    assert view.height_of(0) == measured


def test_a_long_text_is_read_slice_by_slice(theme: Theme, qtbot: QtBot) -> None:
    text = "".join(f"- item {number} with `code` and **bold**\n" for number in range(3000))
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(text)
    view.finish()
    assert view.is_reading
    first = len(view.blocks)
    assert 0 < first < 3000
    guess = view.fit(720)
    with qtbot.waitSignal(view.height_changed, timeout=20_000):
        pass
    assert len(view.blocks) > first
    qtbot.waitUntil(lambda: not view.is_reading, timeout=60_000)
    assert len(view.blocks) == 3000
    assert view.fit(720) == pytest.approx(guess, rel=0.3)


def test_what_grows_while_it_is_read_is_not_lost(theme: Theme, qtbot: QtBot) -> None:
    text = "".join(f"- item {number} with `code` and **bold**\n" for number in range(2000))
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(text)
    view.show_text(text + "- the last[^1]\n\n[^1]: Why.\n")
    view.finish()
    view.read_all()
    assert not view.is_reading
    assert view.plain_text.endswith("• the last1\n\n1 Why.")


def test_another_text_takes_the_place_of_the_first(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, "# one\n\n```\ncode\n```")
    assert view.show_text("two")
    view.finish()
    lay_out_all(view)
    assert view.plain_text == "two"
    assert view.height() == 22
    assert not view.show_text("two")


def test_a_text_that_is_not_laid_out_yet_is_soon(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(PROSE)
    view.fit(720)
    view.resize(720, 300)
    view.show()
    qtbot.waitUntil(lambda: view.flow.is_laid_out(0, 300))


# --- places and links -----------------------------------------------------------------------------

LINKS = (
    "See [one](https://a.example) and [**two** parts](https://b.example).\n\n[three](mailto:x@y)"
)


def test_the_text_under_a_point_is_found(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, "# Head\n\nSome words here.\n\n| a | b |\n|---|---|\n| c | d |")
    for block, begin, end in ((0, 0, 4), (1, 5, 10), (2, 2, 3), (2, 6, 7)):
        (rect,) = view.rects_of(block, begin, end)
        near = QPointF(rect.left() + 1, rect.center().y())
        assert view.spot_at(near) == (block, begin)
        assert view.block_at(int(rect.center().y())) == block
    assert view.spot_at(QPointF(700, 5000)) == (2, 7)
    assert view.spot_at(QPointF(0, -50)) == (0, 0)


def test_tab_goes_from_link_to_link_and_enter_opens(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view, other = BlocksView(theme, "Answer", window), BlocksView(theme, "Other", window)
    view.show_text(LINKS)
    lay_out_all(view)
    other.move(0, 300)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    opened: list[tuple[str, str]] = []
    heights: list[tuple[int, int]] = []
    view.link_clicked.connect(lambda address, text: opened.append((address, text)))
    view.reached.connect(lambda top, bottom: heights.append((top, bottom)))
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Tab)
        assert view.hasFocus()
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened == [
        ("https://a.example", "one"),
        ("https://b.example", "two parts"),
        ("mailto:x@y", "three"),
    ]
    assert [top for top, _ in heights] == [0, 0, 36]
    qtbot.keyClick(view, Qt.Key.Key_Tab)
    assert other.hasFocus()
    qtbot.keyClick(other, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert view.hasFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened[-1] == ("mailto:x@y", "three")


def test_a_link_is_where_its_text_is(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, LINKS)
    assert [link.address for link in view.links] == [
        "https://a.example",
        "https://b.example",
        "mailto:x@y",
    ]
    for link in view.links:
        (rect,) = view.rects_of(link.block, link.begin, link.end)
        assert view.link_at(rect.center()) == link.address
        assert view.link_at(QPointF(rect.right() + 30, 500)) == ""


def test_what_is_selected_and_found_lies_on_its_colour(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, "some words\n\nmore words")
    plain = picture(view, 720)
    view.set_selection((1, 0), (1, 4))
    (rect,) = view.rects_of(1, 0, 4)
    corner = rect.topLeft().toPoint()
    assert picture(view, 720).pixelColor(corner) == theme.color("selection")
    view.set_found([(0, 0, 4), (1, 5, 10)], 1)
    image = picture(view, 720)
    assert image.pixelColor(view.rects_of(0, 0, 4)[0].topLeft().toPoint()) == theme.color("find")
    (now,) = view.rects_of(1, 5, 10)
    assert image.pixelColor(now.topLeft().toPoint()) == theme.color("find_now")
    view.set_found([])
    view.set_selection(None)
    assert picture(view, 720) == plain


def test_numbers_stand_at_the_right_and_words_at_the_left(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, "| a | n |\n|---|---|\n| x | 1,234 |\n| y | 5 % |\n| z | -7 |")
    text = view.plain_text
    rights = [
        view.rects_of(0, text.index(number), text.index(number) + len(number))[0].right()
        for number in ("1,234", "5 %", "-7")
    ]
    assert rights == pytest.approx([720 - 12] * 3, abs=1)
    assert view.rects_of(0, text.index("x"), text.index("x") + 1)[0].left() == 12
