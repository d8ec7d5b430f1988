"""Fifty thousand turns cost what fifteen cost: only what is near is asked for, made and kept."""

from collections.abc import Iterator, Sequence
from typing import overload

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import TextContent
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader, StepStart
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.place import Place
from desktop_app.interactions.steps import ModelOutputStep, ThoughtStep
from desktop_app.overriding import override
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.anchor import Anchor
from desktop_app.ui.transcript.lines import ThoughtLine
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_view import TurnView
from tests.ui.test_transcript import grow, long_turns, turn, views
from tests.ui.windows import wheel

COUNT = 50_000


class Stored(Sequence[Interaction]):
    """Turns that are made when they are asked for."""

    def __init__(self, count: int) -> None:
        self.asked: set[int] = set()
        self.keys = [f"turn {number}" for number in range(count)]
        self.sizes = [200 + number % 97 * 20 for number in range(count)]

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, number: int) -> Interaction: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[Interaction]: ...
    @override
    def __getitem__(self, number: int | slice) -> Interaction | Sequence[Interaction]:
        assert isinstance(number, int)
        self.asked.add(number)
        made = turn(f"question {number}", "words " * (self.sizes[number] // 6))
        made.key = self.keys[number]
        return made


@pytest.fixture
def transcript(theme: Theme, qtbot: QtBot) -> Iterator[Transcript]:
    made = Transcript(theme, lambda attachment: None)
    made.resize(1016, 600)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def show(transcript: Transcript, stored: Stored, place: Place | None = None) -> None:
    transcript.set_turns(stored, keys=stored.keys, sizes=stored.sizes, place=place)


def questions(transcript: Transcript) -> list[int]:
    """The numbers of the turns in sight, from the top."""
    seen = [
        v for v in views(transcript) if v.isVisible() and v.y() < 600 and v.y() + v.height() > 0
    ]
    return [int(v.turn.key.split()[1]) for v in sorted(seen, key=TurnView.y)]


def test_only_the_turns_in_sight_are_asked_for(transcript: Transcript) -> None:
    stored = Stored(COUNT)
    show(transcript, stored)
    assert questions(transcript)[-1] == COUNT - 1
    assert len(stored.asked) < 10
    transcript._bar.setValue(transcript._bar.maximum() // 2)
    assert abs(questions(transcript)[0] - COUNT // 2) < COUNT / 20
    transcript._bar.setValue(0)
    assert questions(transcript)[0] == 0
    assert len(stored.asked) < 60


def test_views_stay_few_however_far_is_scrolled(transcript: Transcript, qtbot: QtBot) -> None:
    show(transcript, Stored(500))
    most = 0
    for _ in range(60):
        transcript.scroll_by(-500)
        qtbot.waitUntil(lambda: not transcript._ahead_timer.isActive())
        most = max(most, len(transcript._column.slots))
        near = [abs(view.y()) for view in views(transcript) if view.isVisible()]
        assert max(near) < 3000
    QApplication.sendPostedEvents(None, 52)  # QEvent::DeferredDelete
    assert most < 30
    assert len(views(transcript)) < 30


def test_a_place_in_the_middle_is_opened_without_what_stands_above(transcript: Transcript) -> None:
    stored = Stored(COUNT)
    show(transcript, stored, Place("turn 31000", 1))
    assert questions(transcript)[0] == 31000
    place = transcript.place
    assert place is not None
    assert place.turn == "turn 31000"
    assert (place.part, place.block) == (1, 0)
    assert stored.asked <= set(range(30_990, 31_010))


def test_a_place_that_is_gone_opens_the_end(transcript: Transcript) -> None:
    show(transcript, Stored(100), Place("turn of another branch"))
    assert transcript.place is None
    assert questions(transcript)[-1] == 99


def test_heights_that_were_measured_are_taken_once_and_hold_next_time(
    transcript: Transcript,
) -> None:
    stored = Stored(200)
    show(transcript, stored)
    assert transcript.width_and_zoom == (720, 100)
    measured = transcript.take_measured()
    assert set(measured) == {stored.keys[number] for number in stored.asked}
    assert not transcript.take_measured()
    guessed = transcript._bar.maximum()
    heights = [5000, *(measured.get(key, 0) for key in stored.keys[1:])]
    transcript.set_turns(stored, keys=stored.keys, sizes=stored.sizes, heights=heights)
    assert transcript._bar.maximum() > guessed + 4000
    transcript._bar.setValue(0)
    assert abs(transcript._bar.maximum() - guessed) < 1000, "what is laid out is known better"


def test_what_comes_while_something_else_is_shown_is_laid_out_when_it_is_shown(
    transcript: Transcript,
) -> None:
    transcript.hide()
    stored = Stored(200)
    show(transcript, stored, Place("turn 100", 1, 0, 0.25))
    assert not stored.asked
    transcript.show()
    assert questions(transcript)[0] == 100
    place = transcript.place
    assert place is not None
    assert abs(place.share - 0.25) < 0.1


def test_what_was_opened_is_open_when_one_comes_back(transcript: Transcript) -> None:
    thinking = Interaction("turn 0")
    thinking.apply(StepStart(0, ThoughtStep(summary=(TextContent("It is a prime."),))))
    thinking.apply(StepStart(1, ModelOutputStep((TextContent("Yes."),))))
    thinking.apply(InteractionCompleted(InteractionHeader(id="v1", status="completed")))
    transcript.set_turns([thinking, *long_turns(40)])
    transcript._bar.setValue(0)
    (line,) = transcript.findChildren(ThoughtLine)
    line.toggle()
    assert line.is_open
    transcript.jump_to_end()
    assert transcript._column.slot(0) is None
    transcript._bar.setValue(0)
    slot = transcript._column.slot(0)
    assert slot is not None
    (again,) = slot.view.findChildren(ThoughtLine)
    assert again is not line
    assert again.is_open


def test_what_is_opened_at_the_end_opens_downwards(transcript: Transcript, qtbot: QtBot) -> None:
    thinking = Interaction("turn 0")
    thinking.apply(StepStart(0, ThoughtStep(summary=(TextContent("It is a prime.\n\n" * 9),))))
    thinking.apply(StepStart(1, ModelOutputStep((TextContent("Yes.\n\n" * 3),))))
    thinking.apply(InteractionCompleted(InteractionHeader(id="v1", status="completed")))
    transcript.activateWindow()
    qtbot.waitUntil(transcript.isActiveWindow)
    transcript.set_turns([*long_turns(5), thinking])
    line = next(one for one in transcript.findChildren(ThoughtLine) if one.isVisible())
    button = line.stops[0]
    button.setFocus(Qt.FocusReason.TabFocusReason)
    before = button.mapTo(transcript, QPoint()).y()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert line.is_open
    assert button.mapTo(transcript, QPoint()).y() == before
    assert transcript._bar.value() < transcript._bar.maximum()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert transcript._bar.value() == transcript._bar.maximum()
    assert transcript.place is None


def test_the_view_in_which_the_mouse_is_pressed_stays_until_it_is_released(
    transcript: Transcript,
) -> None:
    transcript.set_turns(long_turns(40))
    slot = transcript._column.slot(39)
    assert slot is not None
    text = slot.view.parts[-1][1]
    point = text.mapTo(transcript, QPoint(10, text.height() - 10))
    QTest.mousePress(transcript.windowHandle(), Qt.MouseButton.LeftButton, pos=point)
    transcript._bar.setValue(0)
    assert transcript._column.slot(39) is slot
    QTest.mouseRelease(transcript.windowHandle(), Qt.MouseButton.LeftButton, pos=point)
    transcript.scroll_by(10)
    assert transcript._column.slot(39) is None


def test_a_turn_that_streams_keeps_its_view_and_grows_out_of_sight(transcript: Transcript) -> None:
    last = turn("go", "begin ", done=False)
    transcript.set_turns([*long_turns(40), last])
    slot = transcript._column.slot(40)
    assert slot is not None
    transcript._bar.setValue(0)
    assert transcript._column.slot(40) is slot
    assert slot.view.isHidden()
    before = transcript._bar.maximum()
    grow(transcript, last, "more words\n\n" * 30)
    assert transcript._bar.maximum() > before + 300
    assert transcript._bar.value() == 0


def test_a_pause_in_scrolling_tells_the_place_once(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_turns(long_turns(40))
    told: list[Place | None] = []
    transcript.place_changed.connect(lambda: told.append(transcript.place))
    for _ in range(5):
        transcript.scroll_by(-100)
    qtbot.waitUntil(lambda: bool(told))
    assert told == [transcript.place]
    assert told[0] is not None


def test_a_small_move_upwards_leaves_the_end(transcript: Transcript) -> None:
    last = turn("go", "begin ", done=False)
    transcript.set_turns([*long_turns(10), last])
    transcript.scroll_by(-3)
    at = transcript._bar.value()
    assert at == transcript._bar.maximum() - 3
    grow(transcript, last, "more words\n\n" * 30)
    assert transcript._bar.value() == at
    transcript.jump_to_end()
    assert transcript._bar.value() == transcript._bar.maximum()


def test_another_zoom_keeps_the_same_words_at_the_top(
    transcript: Transcript, theme: Theme, qapp: QApplication
) -> None:
    transcript.set_turns(long_turns(20))
    transcript._bar.setValue(transcript._bar.maximum() // 2)
    transcript.scroll_by(200)
    place = transcript.place
    assert place is not None
    assert 0 < place.share < 1
    for zoom in (150, 200, 70, 100):
        theme.set_zoom(zoom)
        qapp.processEvents()
        slot = transcript._column.slot_of(place.turn)
        assert slot is not None
        assert (
            abs(slot.view.y() + slot.view.y_of(Anchor(place.part, place.block, place.share))) <= 1
        )


def test_the_wheel_with_ctrl_asks_for_another_zoom_and_scrolls_nothing(
    transcript: Transcript,
) -> None:
    transcript.set_turns(long_turns(20))
    asked: list[int] = []
    transcript.zoom_requested.connect(asked.append)
    at = transcript._bar.value()
    for delta in (120, 50, 50, 50, -120, 240):
        wheel(transcript.viewport(), delta, Qt.KeyboardModifier.ControlModifier)
    assert asked == [1, 1, -1, 2]
    assert transcript._bar.value() == at
    wheel(transcript.viewport(), 120, Qt.KeyboardModifier.NoModifier)
    assert transcript._bar.value() == at - 66


def test_the_keyboard_goes_turn_by_turn(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.activateWindow()
    qtbot.waitUntil(transcript.isActiveWindow)
    transcript.set_turns(long_turns(20))
    transcript._bar.setValue(0)
    transcript.setFocus()
    ctrl = Qt.KeyboardModifier.ControlModifier

    def focused() -> int:
        widget = QApplication.focusWidget()
        assert widget is not None
        (at,) = (s.number for s in transcript._column.slots if s.view.isAncestorOf(widget))
        return at

    for number in (1, 2, 3):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down, ctrl)
        slot = transcript._column.slot(number)
        assert slot is not None
        assert slot.view.y() == 24
        assert focused() == number
    transcript.scroll_by(100)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up, ctrl)
    assert focused() == 3, "first to the beginning of the one that is read"
    for number in (2, 1, 0, 0):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Up, ctrl)
        assert focused() == number
    assert transcript._bar.value() == 0
    for _ in range(25):
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down, ctrl)
    assert focused() == 19
    assert transcript._bar.value() == transcript._bar.maximum()


def test_home_end_and_pages_scroll(transcript: Transcript, qtbot: QtBot) -> None:
    transcript.set_turns(long_turns(20))
    end = transcript._bar.maximum()
    qtbot.keyClick(transcript, Qt.Key.Key_Home)
    assert transcript._bar.value() == 0
    qtbot.keyClick(transcript, Qt.Key.Key_PageDown)
    qtbot.keyClick(transcript, Qt.Key.Key_Space)
    assert transcript._bar.value() == 2 * 540
    qtbot.keyClick(transcript, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(transcript, Qt.Key.Key_PageUp)
    assert transcript._bar.value() == 0
    qtbot.keyClick(transcript, Qt.Key.Key_End)
    assert transcript._bar.value() == transcript._bar.maximum() != end
    assert transcript.place is None
