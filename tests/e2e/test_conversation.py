"""A person, a window, a question: typed, sent, answered, stopped, closed, found again."""

from desktop_app.interactions.jsonvalue import JsonObject
from tests.e2e.desktop import wait_for
from tests.e2e.program import Castor, input_of, text_of


def streaming(turns: list[JsonObject]) -> bool:
    return bool(turns) and len(text_of(turns[-1])) > 20


def test_a_question_is_typed_and_sent_and_the_next_one_knows_it(castor: Castor) -> None:
    castor.start()
    castor.desktop.type("My name is Ada. What is 6 times 7?")
    castor.desktop.press("Return")
    (turn,) = castor.wait_answers(1)
    assert input_of(turn) == [{"type": "text", "text": "My name is Ada. What is 6 times 7?"}]
    assert "42" in text_of(turn)
    castor.desktop.type("What is my name?")
    castor.desktop.press("Return")
    _, second = castor.wait_answers(2)
    assert "Ada" in text_of(second)
    assert [one["title"] for one in castor.conversations()] == [
        "My name is Ada. What is 6 times 7?"
    ]
    castor.quit()


def test_send_is_pressed_with_the_mouse(castor: Castor) -> None:
    window = castor.start()
    assert castor.find_button(castor.desktop.settled(window)) is None
    castor.desktop.type("hello")
    castor.desktop.click(*window.at(*castor.wait_button()))
    (turn,) = castor.wait_answers(1)
    assert input_of(turn) == [{"type": "text", "text": "hello"}]


def test_what_was_stopped_is_known_to_the_next_question(castor: Castor) -> None:
    castor.start()
    castor.desktop.type("Give me the tour.")
    castor.desktop.press("Return")
    castor.wait_turns(streaming, "the first words")
    castor.desktop.press("Escape")
    (stopped,) = castor.wait_turns(lambda turns: turns[-1]["outcome"] == "cancelled", "the stop")
    assert text_of(stopped)
    castor.desktop.type("go on")
    castor.desktop.press("Return")
    turns = castor.wait_turns(
        lambda turns: len(turns) == 2 and turns[-1]["outcome"] == "complete", "the second answer"
    )
    assert "tour" in text_of(turns[1]).lower()
    castor.quit()


def test_a_window_closed_while_an_answer_streams_has_lost_no_word(castor: Castor) -> None:
    castor.start()
    castor.desktop.type("Give me the tour.")
    castor.desktop.press("Return")
    castor.wait_turns(streaming, "the first words")
    castor.quit()
    (turn,) = castor.turns()
    assert turn["outcome"] == "interrupted"
    kept = text_of(turn)
    assert len(kept) > 20
    castor.start()
    castor.desktop.type("go on")
    castor.desktop.press("Return")
    first, second = castor.wait_turns(
        lambda turns: len(turns) == 2 and turns[1]["outcome"] == "complete", "the next answer"
    )
    assert text_of(first) == kept
    assert "tour" in text_of(second).lower()


def test_a_power_cut_loses_neither_question_nor_draft(castor: Castor) -> None:
    castor.start()
    castor.desktop.type("Give me the tour.")
    castor.desktop.press("Return")
    castor.wait_turns(streaming, "the first words")
    castor.kill()
    castor.start()
    (turn,) = castor.wait_turns(lambda turns: turns[0]["outcome"] == "interrupted", "the mark")
    assert input_of(turn) == [{"type": "text", "text": "Give me the tour."}]
    assert text_of(turn)
    castor.desktop.type("half a thought")
    wait_for(lambda: castor.draft == "half a thought", "the draft to be on the disk")
    castor.kill()
    castor.start()
    castor.desktop.type(", whole")
    castor.desktop.press("Return")
    _, second = castor.wait_turns(
        lambda turns: len(turns) == 2 and turns[1]["outcome"] == "complete", "the next answer"
    )
    assert input_of(second) == [{"type": "text", "text": "half a thought, whole"}]
    castor.quit()


def test_a_restart_finds_the_conversation_and_the_draft(castor: Castor) -> None:
    window = castor.start()
    castor.desktop.place(window, 40, 60, 1100, 760)
    castor.desktop.type("What is 6 times 7?")
    castor.desktop.press("Return")
    castor.wait_answers(1)
    castor.desktop.type("and half of")
    before = castor.desktop.settled(castor.desktop.window("Castor"))
    castor.quit()
    again = castor.start()
    assert (again.width, again.height) == (1100, 760)
    wait_for(
        lambda: castor.desktop.look(again) == before, "the window to look as it did before", 20
    )
    castor.desktop.type(" that")
    castor.desktop.press("Return")
    _, second = castor.wait_answers(2)
    assert input_of(second) == [{"type": "text", "text": "and half of that"}]
