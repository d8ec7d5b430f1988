"""What is asked for again and again before the event loop turns has no more time than once."""

import time

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.reading import Reading
from desktop_app.ui.transcript.timing import NEVER, Deadline, Turn

WORDS = "Some words of an answer.\n\n" * 4_000


def test_a_turn_of_the_loop_has_one_deadline_for_a_kind_of_work(
    qapp: QApplication, qtbot: QtBot
) -> None:
    parent = QObject()
    turn = Turn(5.0, parent)
    first = turn.deadline("reading", 1.0)
    assert turn.deadline("reading", 1.0) is first
    assert 0.5 < first.left <= 1.0
    assert 4.0 < turn.deadline("layout", 9.0).left <= 5.0, "all together have five seconds"
    qtbot.waitUntil(lambda: turn.deadline("reading", 2.0) is not first)


def test_a_deadline_that_is_over_has_nothing_left() -> None:
    assert Deadline(-1.0).over
    assert Deadline(-1.0).left < 0
    assert not NEVER.over
    assert NEVER.left == float("inf")


def test_at_least_a_slice_is_read_but_only_once_before_the_same_moment() -> None:
    reading = Reading()
    reading.take(WORDS)
    over = Deadline(-1.0)
    assert reading.read(over) is not None
    once = len(reading.text_read)
    assert 0 < once < len(WORDS)
    assert reading.read(over) is None
    assert len(reading.text_read) == once
    assert reading.read(Deadline(-1.0)) is not None
    assert len(reading.text_read) > once


def test_a_slice_that_would_last_too_long_is_left_for_later() -> None:
    reading = Reading()
    reading.take(WORDS)
    deadline = Deadline(3.0)
    reading._deadline, reading._spent = deadline, 10.0
    assert reading.read(deadline) is None
    assert reading.read(NEVER) is not None
    assert reading.is_done


def test_a_view_lays_out_no_more_in_a_turn_than_there_is_time_for(
    theme: Theme, qtbot: QtBot
) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(WORDS)
    view.read_all()
    view.fit(400)
    view._turn.deadline("layout", -1.0)
    view.lay_out(0, 100_000)
    laid = len(view.flow.all_laid())
    began = time.monotonic()
    while time.monotonic() - began < 0.05:
        assert not view.lay_out(0, 100_000)
    assert len(view.flow.all_laid()) == laid >= 1
    qtbot.waitUntil(lambda: view.flow.is_laid_out(0, 2_000))


def test_a_view_that_is_gone_keeps_nothing_of_its_text(theme: Theme, qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    view = BlocksView(theme, "Answer", parent)
    view.show_text("Some words.\n\n```\ncode\n```")
    view.fit(400)
    view.lay_out(0, 400)
    flow, reading = view.flow, view._reading
    assert flow.blocks
    assert flow.all_laid()
    shiboken6.delete(view)
    assert (flow.blocks, flow.all_laid(), flow.height, reading.text) == ([], [], 0, "")
