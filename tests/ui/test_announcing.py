"""What is said of an answer that has ended, and the order in which a reader goes."""

import pytest
from PySide6.QtWidgets import QWidget

from desktop_app.interactions.outcome import Failure
from desktop_app.ui.announcing import ReadingOut, words_of_end
from desktop_app.ui.spoken_roles import read_in_order
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.bubble import Bubble
from tests.ui.test_transcript import turn


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("6 × 7 = **42**.", "Answer: 6 × 7 = 42."),
        ("# One\n\n- two\n- three", "Answer: One two three"),
        ("", "The answer is empty."),
    ],
)
def test_a_short_answer_is_said_whole(text: str, said: str) -> None:
    assert words_of_end(turn("hello", text)) == said


def test_of_a_long_answer_the_beginning_is_said_and_how_long_it_is() -> None:
    said = words_of_end(turn("hello", "word " * 5000))
    assert said.startswith("Answer of 5000 words: word word")
    assert said.endswith("word …")
    assert len(said) < 450


def test_an_answer_without_a_space_is_cut_all_the_same() -> None:
    assert len(words_of_end(turn("hello", "語" * 5000))) < 450


def test_a_failure_is_said_with_its_advice() -> None:
    broken = turn("hello", "half a", done=False)
    broken.fail(Failure("x", "The connection broke.", "Try again."))
    assert words_of_end(broken) == "The connection broke. Try again."


def test_what_was_stopped_is_said_to_be() -> None:
    stopped = turn("hello", "half a", done=False)
    stopped.cancel()
    assert words_of_end(stopped) == "Stopped."


def test_what_has_come_is_said_once_and_up_to_the_last_word() -> None:
    coming = turn("hello", "One two thr", done=False)
    reading = ReadingOut()
    assert reading.words(coming) == "One two"
    assert reading.words(coming) == "thr", "a text without a space is not waited for"
    assert reading.words(coming) == "Nothing new has come yet."


def test_of_what_has_not_begun_that_is_said() -> None:
    assert ReadingOut().words(turn("hello", "", done=False)) == "Nothing has come yet."


def test_a_whole_answer_is_said_part_by_part_and_then_anew() -> None:
    done = turn("hello", "word " * 2000)
    reading = ReadingOut()
    parts = [reading.words(done)]
    while not parts[-1].startswith("That was all"):
        parts.append(reading.words(done))
    assert " ".join(parts[:-1]).split() == ["word"] * 2000
    assert reading.words(done) == parts[0]


def test_another_answer_is_said_from_its_beginning() -> None:
    reading = ReadingOut()
    assert reading.words(turn("hello", "**First** answer")) == "First answer"
    assert reading.words(turn("hello", "Second answer")) == "Second answer"


def test_a_whole_answer_without_words_says_how_it_ended() -> None:
    stopped = turn("hello", "", done=False)
    stopped.cancel()
    assert ReadingOut().words(stopped) == "Stopped."


def test_a_reader_goes_in_the_order_of_the_turns_not_of_their_making(theme: Theme) -> None:
    root = QWidget()
    third, first, second, other = QWidget(root), QWidget(root), QWidget(root), QWidget(root)
    read_in_order([first, second, third])
    assert [child for child in root.children() if child is not other] == [first, second, third]
    read_in_order([])
    root.deleteLater()


def test_the_name_of_a_text_says_whose_it_is_and_the_text(theme: Theme) -> None:
    root = QWidget()
    bubble = Bubble(theme, "one\ntwo", root)
    assert bubble.text_view.accessibleName() == "Your message: one\ntwo"
    root.deleteLater()
