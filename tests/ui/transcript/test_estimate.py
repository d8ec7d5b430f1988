"""A guess at the height of a turn is cheap, and not far from the truth."""

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.outline import facts_of
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.estimate import estimates
from desktop_app.ui.transcript.turn_view import TurnView
from tests.ui.test_transcript import MIXED, long_turns, turn


def test_more_text_is_higher_and_so_is_a_narrower_column_or_larger_text() -> None:
    sizes = [0, 300, 3000, 30_000]
    usual = estimates(sizes, 720, 14)
    assert usual == sorted(usual)
    assert len(set(usual)) == len(sizes)
    assert estimates(sizes, 360, 14)[-1] > 1.8 * usual[-1]
    assert estimates(sizes, 720, 28)[-1] > 3.5 * usual[-1]


def test_a_guess_is_of_the_size_of_the_truth(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    asked = [*long_turns(3), turn("short", "yes"), turn("mixed", MIXED * 4)]
    guesses = estimates([facts_of(one).size for one in asked], 720, 14)
    for one, guess in zip(asked, guesses, strict=True):
        view = TurnView(theme, one, lambda attachment: None, window)
        view.fit(720)
        view.lay_out(0, 100_000)
        assert guess / 2 < view.height() < 2 * guess
