"""Mouse and keyboard select in the real transcript, across turns and out of sight."""

from collections.abc import Iterator, Sequence
from typing import SupportsIndex, overload

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeySequence, QMouseEvent, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.chat.notices import Notice
from desktop_app.errors import AppError
from desktop_app.interactions.content import TextContent, UrlCitation
from desktop_app.interactions.events import StepDelta, StepStart, TextDelta
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.overriding import override
from desktop_app.ui.menus import Menu
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.copying import put_text, text_between
from desktop_app.ui.transcript.lines import ThoughtLine
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_menu import TurnAction
from desktop_app.ui.transcript.turn_parts import Spot
from tests.ui.transcript.pages import spot_of, thought, turn_of

LEFT = Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
CTRL = Qt.KeyboardModifier.ControlModifier
ALT = Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier

ANSWER = """First paragraph with **bold** words.

- item one
- item two

```python
x = 1
y = 2
```

See [the site](https://example.org/page) for more.
"""


class Mouse:
    """Sends the events that Qt would: moves go to the widget that was pressed."""

    def __init__(self, viewport: QWidget) -> None:
        self._viewport = viewport
        self._pressed: QWidget | None = None

    def press(self, point: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        self._pressed = self._viewport.childAt(point) or self._viewport
        self._send(QEvent.Type.MouseButtonPress, point, modifiers)

    def move(self, point: QPoint) -> None:
        self._send(QEvent.Type.MouseMove, point)

    def release(self, point: QPoint) -> None:
        self._send(QEvent.Type.MouseButtonRelease, point)
        self._pressed = None

    def click(self, point: QPoint, times: int = 1, modifiers: Qt.KeyboardModifier = NONE) -> None:
        for time in range(times):
            self._pressed = self._viewport.childAt(point) or self._viewport
            double = time == 1
            kind = QEvent.Type.MouseButtonDblClick if double else QEvent.Type.MouseButtonPress
            self._send(kind, point, modifiers)
            self.release(point)

    def drag(self, begin: QPoint, end: QPoint) -> None:
        self.press(begin)
        self.move((begin + end) / 2)
        self.move(end)
        self.release(end)

    def _send(
        self, kind: QEvent.Type, point: QPoint, modifiers: Qt.KeyboardModifier = NONE
    ) -> None:
        widget = self._pressed or self._viewport
        local = widget.mapFrom(self._viewport, point) if widget is not self._viewport else point
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else LEFT
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else LEFT
        at = self._viewport.mapToGlobal(point)
        event = QMouseEvent(kind, QPointF(local), QPointF(at), button, held, modifiers)
        QApplication.sendEvent(widget, event)


class Shown:
    """A transcript on screen, and how a test points at its words."""

    def __init__(self, transcript: Transcript) -> None:
        self.transcript = transcript
        self.selecting = transcript.selecting
        self.viewport = transcript.viewport()
        self.mouse = Mouse(self.viewport)

    def spot(self, number: int, words: str, *, end: bool = False) -> Spot:
        return spot_of(self.selecting.walk, number, words, end=end)

    def point(self, number: int, words: str, *, end: bool = False) -> QPoint:
        caret = self.selecting.pointing.caret(self.spot(number, words, end=end))
        assert caret is not None
        return QPoint(caret.left() + (0 if end else 1), caret.center().y())

    @property
    def selected(self) -> str:
        extent = self.selecting.selection.extent
        return "" if extent is None else "".join(text_between(self.selecting.walk, extent))

    @property
    def marked(self) -> list[str]:
        """The texts of the parts that are painted as selected, at least in part."""
        texts = [text for view in self.selecting.pointing.views for _, text in view.parts]
        return [text.plain_text for text in texts if text._marks._selection is not None]

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.transcript, key, modifiers)

    def wait(self, qtbot: QtBot) -> None:
        qtbot.waitUntil(lambda: not self.transcript._ahead_timer.isActive())


@pytest.fixture
def shown(theme: Theme, qtbot: QtBot) -> Iterator[Shown]:
    made = Transcript(theme, lambda attachment: None)
    made.resize(1016, 600)
    qtbot.addWidget(made)
    made.show()
    yield Shown(made)
    made.close()


def show(shown: Shown, qtbot: QtBot, turns: Sequence[Interaction]) -> None:
    shown.transcript.set_turns(turns)
    shown.wait(qtbot)


def two_turns() -> list[Interaction]:
    return [turn_of("The question", ANSWER), turn_of("And then", "Second answer.")]


def many_turns(count: int = 60) -> list[Interaction]:
    return [turn_of(f"question {n}", f"answer {n}.\n\nmore of {n}") for n in range(count)]


# --- the mouse ------------------------------------------------------------------------------------


def test_the_mouse_selects_across_parts_and_turns(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.drag(shown.point(0, "question"), shown.point(1, "answer", end=True))
    assert shown.selected.startswith("question\n\nFirst paragraph with bold words.\n\n• item one")
    assert shown.selected.endswith("for more.\n\nAnd then\n\nSecond answer")
    assert len(shown.marked) == 4


def test_upwards_is_as_good_as_downwards(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.drag(shown.point(1, "Second", end=True), shown.point(0, "more"))
    assert shown.selected == "more.\n\nAnd then\n\nSecond"


def test_a_click_selects_nothing_and_ends_what_was_selected(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.drag(shown.point(0, "bold"), shown.point(0, "bold", end=True))
    assert shown.selected == "bold"
    shown.mouse.click(shown.point(1, "Second"))
    assert shown.selected == ""
    assert shown.marked == []


def test_two_clicks_select_a_word_and_three_a_paragraph(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.click(shown.point(0, "ragraph"), 2)
    assert shown.selected == "paragraph"
    shown.mouse.click(shown.point(0, "tem two"), 3)
    assert shown.selected == "item two"
    shown.mouse.click(shown.point(0, "y = 2"), 3)
    assert shown.selected == "y = 2"


def test_shift_and_a_click_go_on_with_the_selection(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.click(shown.point(0, "bold"))
    shown.mouse.click(shown.point(0, "item one", end=True), modifiers=SHIFT)
    assert shown.selected == "bold words.\n\n• item one"
    shown.mouse.click(shown.point(0, "words"), modifiers=SHIFT)
    assert shown.selected == "bold "


def test_the_text_scrolls_while_the_mouse_is_held_beyond_an_edge(
    shown: Shown, qtbot: QtBot
) -> None:
    show(shown, qtbot, many_turns())
    begin = shown.point(59, "question 59")
    shown.mouse.press(begin)
    shown.mouse.move(QPoint(begin.x(), -400))
    pressed = shown.mouse._pressed
    qtbot.waitUntil(lambda: shown.transcript._bar.value() == 0, timeout=20_000)
    assert pressed is not None
    assert pressed.isVisible(), "Qt gives the moves of the mouse to the widget that was pressed"
    shown.mouse.move(shown.point(0, "question 0"))
    assert not shown.selecting._mouse._timer.isActive()
    shown.mouse.release(shown.point(0, "question 0"))
    assert shown.selected.startswith("question 0\n\nanswer 0.\n\nmore of 0\n\nquestion 1")
    assert shown.selected.endswith("answer 58.\n\nmore of 58")


def test_a_release_that_went_elsewhere_is_noticed(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.press(shown.point(0, "First"))
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(20, 20),
        QPointF(20, 20),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        NONE,
    )
    QApplication.sendEvent(shown.viewport, event)
    assert not shown.selecting._mouse.holds
    assert shown.selected == ""


def test_a_link_is_opened_by_a_click_but_not_where_text_was_selected(
    shown: Shown, qtbot: QtBot
) -> None:
    show(shown, qtbot, two_turns())
    opened: list[tuple[str, str]] = []
    shown.transcript.link_clicked.connect(lambda address, text: opened.append((address, text)))
    shown.mouse.drag(shown.point(0, "the site"), shown.point(0, "site", end=True))
    assert shown.selected == "the site"
    assert opened == []
    shown.mouse.click(shown.point(1, "Second"))
    shown.mouse.click(shown.point(0, "site"))
    assert opened == [("https://example.org/page", "the site")]
    shown.mouse.click(shown.point(0, "for more"))
    assert len(opened) == 1


def test_the_mark_of_a_citation_is_pressed_like_a_link(shown: Shown, qtbot: QtBot) -> None:
    cited = UrlCitation(start_index=0, end_index=5, url="https://a.b", title="A")
    said = ModelOutputStep((TextContent("Paris is the capital.", annotations=(cited,)),))
    show(shown, qtbot, [turn_of("Where", said)])
    (text,) = (text for part, text in shown.selecting.pointing.views[0].parts if part == 1)
    pressed: list[int] = []
    text.citation_clicked.connect(pressed.append)
    shown.mouse.click(shown.point(0, "capital"))
    assert pressed == []
    shown.mouse.click(shown.point(0, "[1]") + QPoint(4, 0))
    assert pressed == [1]


def test_the_pointer_says_what_can_be_done(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    for words, shape in (
        ("words", Qt.CursorShape.IBeamCursor),
        ("site", Qt.CursorShape.PointingHandCursor),
    ):
        point = shown.point(0, words)
        widget = shown.viewport.childAt(point)
        assert widget is not None
        QTest.mouseMove(widget, widget.mapFrom(shown.viewport, point))
        QApplication.processEvents()
        assert widget.cursor().shape() == shape


def test_what_is_selected_can_be_dragged_away_as_plain_text(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    taken: list[QMimeData] = []
    shown.selecting._start = lambda source, data, pixmap: taken.append(data)
    shown.mouse.drag(shown.point(0, "bold"), shown.point(0, "words", end=True))
    inside = shown.point(0, "old")
    shown.mouse.press(inside)
    shown.mouse.move(inside + QPoint(2, 0))
    assert taken == []
    shown.mouse.move(inside + QPoint(40, 30))
    assert [data.text() for data in taken] == ["bold words"]
    assert taken[0].formats() == ["text/plain"]
    assert shown.selected == "bold words"
    shown.mouse.press(inside)
    shown.mouse.release(inside)
    assert shown.selected == ""


# --- while the transcript changes -----------------------------------------------------------------


def test_a_selection_that_scrolled_away_is_still_there(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, many_turns())
    shown.transcript._bar.setValue(0)
    shown.wait(qtbot)
    shown.mouse.drag(shown.point(0, "answer"), shown.point(1, "question", end=True))
    before = shown.selected
    shown.transcript.jump_to_end()
    shown.wait(qtbot)
    assert shown.marked == []
    assert shown.selecting.pointing.path.key(0) not in [
        view.turn.key for view in shown.selecting.pointing.views
    ]
    assert shown.selected == before == "answer 0.\n\nmore of 0\n\nquestion"
    shown.key(Qt.Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == before
    shown.transcript._bar.setValue(0)
    shown.wait(qtbot)
    assert len(shown.marked) == 2


def test_an_answer_that_grows_leaves_the_selection_alone(shown: Shown, qtbot: QtBot) -> None:
    turn = Interaction(input=(TextContent("Go"),))
    turn.apply(StepStart(0, ModelOutputStep()))
    turn.apply(StepDelta(0, TextDelta("One *two* three.\n\nThe last ")))
    show(shown, qtbot, [turn])
    shown.key(Qt.Key.Key_A, CTRL)
    rest = "words of a long answer.\n\nAnd a list:\n\n- one\n- two\n\nend"
    for word in rest.split(" "):
        turn.apply(StepDelta(0, TextDelta(f"{word} ")))
        shown.transcript.mark_dirty(turn, 0)
        shown.transcript.flush()
    assert shown.selected.rstrip() == "Go\n\nOne two three.\n\nThe last"
    (text,) = [text for part, text in shown.selecting.pointing.views[0].parts if part == 1]
    assert text._marks._selection is not None
    assert text._marks._selection[1][0] == 1
    turn.cancel()


def test_other_turns_take_the_selection_away(shown: Shown, qtbot: QtBot) -> None:
    first, second = two_turns()
    show(shown, qtbot, [first, second])
    shown.key(Qt.Key.Key_A, CTRL)
    shown.transcript.replace_turn(second.key, turn_of("Asked again", "Another answer."))
    assert shown.selected == ""
    assert shown.marked == []
    shown.mouse.click(shown.point(0, "bold"), 2)
    shown.transcript.replace_turn(
        shown.transcript._column.path.key(1), turn_of("Asked thrice", "A third answer.")
    )
    assert shown.selected == "bold"
    show(shown, qtbot, [turn_of("Another conversation", "Its answer.")])
    assert shown.selected == ""


def test_thoughts_that_are_opened_are_selected_with_the_rest(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, [turn_of("Why", thought("A *thought*."), "Because.")])
    shown.key(Qt.Key.Key_A, CTRL)
    assert shown.selected == "Why\n\nBecause."
    (line,) = shown.viewport.findChildren(ThoughtLine)
    line.toggle()
    assert shown.selected == "Why\n\nA thought.\n\nBecause."
    assert "A thought." in shown.marked
    shown.mouse.click(shown.point(0, "thought"), 2)
    line.toggle()
    assert shown.selected == "thought"


def test_five_thousand_turns_are_copied_without_making_views(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, many_turns(5000))
    made = len(shown.selecting.pointing.views)
    told: list[Notice] = []
    shown.selecting.noticed.connect(told.append)
    shown.key(Qt.Key.Key_A, CTRL)
    shown.key(Qt.Key.Key_C, CTRL)
    qtbot.waitUntil(lambda: not shown.selecting._copying.busy, timeout=60_000)
    expected = (f"question {n}\n\nanswer {n}.\n\nmore of {n}" for n in range(5000))
    assert QGuiApplication.clipboard().text() == "\n\n".join(expected)
    assert len(shown.selecting.pointing.views) == made
    assert [one.text for one in told] == ["Copying. It is a lot of text.", "Copied."]
    told.clear()
    shown.selecting.select_turn(shown.selecting.walk.key(7))
    shown.key(Qt.Key.Key_C, CTRL)
    assert told == [], "what is there at once needs no words"


# --- the keyboard ---------------------------------------------------------------------------------


def test_the_keyboard_selects_by_characters_words_and_lines(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.click(shown.point(0, "First"))
    shown.key(Qt.Key.Key_Right, SHIFT)
    assert shown.selected == "F"
    shown.key(Qt.Key.Key_Right, SHIFT | CTRL)
    assert shown.selected == "First"
    shown.key(Qt.Key.Key_End, SHIFT)
    assert shown.selected == "First paragraph with bold words."
    shown.key(Qt.Key.Key_Home, SHIFT)
    assert shown.selected == ""
    shown.key(Qt.Key.Key_Down, SHIFT)
    assert shown.selected.startswith("First paragraph with bold words.\n\n")
    assert "item two" not in shown.selected
    shown.key(Qt.Key.Key_Up, SHIFT)
    assert shown.selected == ""
    shown.key(Qt.Key.Key_Up, SHIFT)
    assert "question".startswith(shown.selected.split(" ")[-1] or "question")


def test_the_keyboard_selects_by_blocks_turns_and_to_both_ends(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.mouse.click(shown.point(0, "bold"))
    shown.key(Qt.Key.Key_Down, SHIFT | ALT)
    assert shown.selected == "bold words."
    shown.key(Qt.Key.Key_Down, SHIFT | CTRL)
    assert shown.selected.endswith("See the site for more.")
    shown.key(Qt.Key.Key_End, SHIFT | CTRL)
    assert shown.selected.endswith("Second answer.")
    shown.key(Qt.Key.Key_Home, SHIFT | CTRL)
    assert shown.selected == "The question\n\nFirst paragraph with "


def test_a_page_more_is_selected_and_seen(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, many_turns())
    shown.transcript._bar.setValue(0)
    shown.wait(qtbot)
    shown.mouse.click(shown.point(0, "answer 0"))
    shown.key(Qt.Key.Key_PageDown, SHIFT)
    assert shown.transcript._bar.value() > 300
    assert "question 2" in shown.selected
    shown.key(Qt.Key.Key_PageUp, SHIFT)
    shown.key(Qt.Key.Key_PageUp, SHIFT)
    assert shown.selected == "question 0"


def test_the_end_that_moves_is_always_in_sight(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, many_turns())
    shown.mouse.click(shown.point(59, "answer 59"))
    shown.key(Qt.Key.Key_Home, SHIFT | CTRL)
    assert shown.transcript._bar.value() < 30
    assert shown.selected.startswith("question 0\n\n")
    for _ in range(20):
        shown.key(Qt.Key.Key_Down, SHIFT | CTRL)
    caret = shown.selecting.selection.caret
    assert caret is not None
    rect = shown.selecting.pointing.caret(caret)
    assert rect is not None
    assert shown.viewport.rect().contains(rect.center())


def test_the_keyboard_alone_can_select(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    shown.transcript._bar.setValue(0)
    shown.key(Qt.Key.Key_Right, SHIFT | CTRL)
    assert shown.selected == "The"


class Lost(list[Interaction]):
    """Turns of which the first cannot be read."""

    @overload
    def __getitem__(self, number: SupportsIndex) -> Interaction: ...
    @overload
    def __getitem__(self, number: slice) -> list[Interaction]: ...
    @override
    def __getitem__(self, number: SupportsIndex | slice) -> Interaction | list[Interaction]:
        if number == 0:
            raise AppError("This message is damaged.")
        return super().__getitem__(number)


def test_a_turn_that_cannot_be_read_is_told(shown: Shown, qtbot: QtBot) -> None:
    turns = many_turns(40)
    keys, told = [turn.key for turn in turns], list[Notice]()
    shown.selecting.noticed.connect(told.append)
    shown.transcript.set_turns(Lost(turns), keys=keys, sizes=[20] * 40)
    shown.wait(qtbot)
    shown.mouse.click(shown.point(39, "answer"), 2)
    shown.key(Qt.Key.Key_Home, SHIFT | CTRL)
    assert [one.text for one in told] == ["This message is damaged."]
    assert shown.selected == "answer"


def test_escape_lets_go_of_the_selection_and_is_passed_on_without_one(
    shown: Shown, qtbot: QtBot
) -> None:
    show(shown, qtbot, two_turns())
    shown.key(Qt.Key.Key_A, CTRL)
    assert shown.marked
    shown.key(Qt.Key.Key_Escape)
    assert shown.selected == ""
    assert shown.marked == []


def test_escape_is_the_windows_only_where_nothing_is_selected(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    made = Transcript(theme, lambda attachment: None, window)
    window.resize(1016, 600)
    made.resize(1016, 600)
    stopped: list[str] = []
    QShortcut(QKeySequence("Esc"), window, lambda: stopped.append("stopped"))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    shown = Shown(made)
    show(shown, qtbot, two_turns())
    shown.mouse.click(shown.point(0, "bold"), 2)
    text = shown.selecting.pointing.views[0].parts[1][1]
    text.setFocus()
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert shown.selected == ""
    assert stopped == []
    QTest.keyClick(text, Qt.Key.Key_Escape)
    assert stopped == ["stopped"]


def test_plain_keys_scroll_as_ever(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, many_turns())
    at = shown.transcript._bar.value()
    shown.key(Qt.Key.Key_A, CTRL)
    shown.key(Qt.Key.Key_PageUp)
    assert shown.transcript._bar.value() < at
    assert shown.selected.startswith("question 0")


# --- the menu -------------------------------------------------------------------------------------


def menu_at(shown: Shown, point: QPoint) -> Menu:
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, point, shown.viewport.mapToGlobal(point)
    )
    QApplication.sendEvent(shown.viewport, event)
    return next(menu for menu in shown.viewport.findChildren(Menu) if menu.isVisible())


def words_at(shown: Shown, point: QPoint) -> list[str]:
    menu = menu_at(shown, point)
    words = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    return words


def choose(shown: Shown, point: QPoint, words: str) -> None:
    menu = menu_at(shown, point)
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.close()


TURN = ["Copy answer", "Copy turn as Markdown", "Select turn", "Select all"]


def test_the_menu_offers_what_is_there(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    assert words_at(shown, shown.point(0, "words")) == TURN
    assert words_at(shown, shown.point(0, "site")) == ["Copy link", *TURN]
    assert words_at(shown, shown.point(0, "x = 1")) == ["Copy code", *TURN]
    shown.mouse.click(shown.point(0, "words"), 2)
    assert words_at(shown, shown.point(0, "words")) == ["Copy", "Copy as Markdown", *TURN]


def test_every_entry_of_the_menu_does_what_it_says(shown: Shown, qtbot: QtBot) -> None:
    show(shown, qtbot, two_turns())
    clipboard = QGuiApplication.clipboard()
    choose(shown, shown.point(0, "site"), "Copy link")
    assert clipboard.text() == "https://example.org/page"
    choose(shown, shown.point(0, "y = 2"), "Copy code")
    assert clipboard.text() == "x = 1\ny = 2"
    choose(shown, shown.point(0, "words"), "Copy answer")
    assert clipboard.text() == ANSWER.strip()
    choose(shown, shown.point(0, "words"), "Copy turn as Markdown")
    assert clipboard.text() == f"The question\n\n{ANSWER.strip()}"
    shown.mouse.click(shown.point(0, "bold"), 2)
    choose(shown, shown.point(0, "bold"), "Copy")
    assert clipboard.text() == "bold"
    choose(shown, shown.point(0, "bold"), "Copy as Markdown")
    assert clipboard.text() == "First paragraph with **bold** words."
    choose(shown, shown.point(1, "Second"), "Select turn")
    assert shown.selected == "And then\n\nSecond answer."
    choose(shown, shown.point(0, "bold"), "Select all")
    assert shown.selected.startswith("The question")
    assert shown.selected.endswith("Second answer.")


def test_others_can_offer_what_they_do_with_a_turn(shown: Shown, qtbot: QtBot) -> None:
    turns = two_turns()
    show(shown, qtbot, turns)
    acted: list[str] = []
    shown.selecting.offer(TurnAction("Do something else", "image", acted.append))
    choose(shown, shown.point(1, "Second"), "Do something else")
    assert acted == [turns[1].key]


def test_hidden_characters_of_an_answer_stay_behind(shown: Shown, qtbot: QtBot) -> None:
    hostile = "safe\u202e\u2066 \x1b[31mred\x07\n\n```\nrm\u202e -rf\x1b[2K\n```\n"
    show(shown, qtbot, [turn_of("\u202ewhy", hostile)])
    put_text("before")
    for way in ("copy", "copy_source"):
        shown.key(Qt.Key.Key_A, CTRL)
        getattr(shown.selecting, way)()
        copied = QGuiApplication.clipboard().text()
        assert "why" in copied
        assert "rm -rf" in copied
        assert not any(char in copied for char in "\u202e\u2066\x1b\x07")
