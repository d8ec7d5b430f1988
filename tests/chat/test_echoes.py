"""What a server repeats of a message is in no error that a person copies or keeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.chat.asking import failure_of
from desktop_app.chat.echoes import RUN, without_echo
from desktop_app.gemini.error_body import error_from_response
from desktop_app.interactions.content import TextContent
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction

TOLD = "My daughter Anna is ill; what does C-reactive protein 45 mean?"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"Invalid value: '{TOLD}' is too long.", "Invalid value: '…' is too long."),
        (f"Invalid value: '{TOLD[:40]}...'", "Invalid value: '……'"),
        ("Bad: daughter Anna is ill", "Bad:…"),
        ("what does it mean?", "what does it mean?"),
        ("A server’s own words.", "A server’s own words."),
    ],
)
def test_runs_of_what_was_said_are_taken_out(text: str, left: str) -> None:
    assert without_echo(text, [TOLD]).replace("...", "…") == left


def test_a_short_message_is_taken_out_as_a_whole_and_a_word_of_three_is_not() -> None:
    assert without_echo("unsafe: 'hello'", ["hello"]) == "unsafe: '…'"
    assert without_echo("an error", ["an"]) == "an error"


def test_an_error_keeps_neither_the_message_nor_the_instruction() -> None:
    instruction = "You are the assistant of Dr. Example in Prague."
    turn = Interaction(
        input=(TextContent(TOLD),), request=InteractionRequest(system_instruction=instruction)
    )
    body = f'{{"error": {{"message": "Refused: {TOLD} after {instruction}"}}}}'
    error = error_from_response(400, {"content-type": "application/json"}, body.encode())
    failure = failure_of(error, turn)
    told = f"{failure.sentence} {failure.advice} {failure.details}"
    assert "Refused: … after …" in failure.sentence
    assert "Anna" not in told
    assert "Prague" not in told


def test_words_of_our_own_stay_though_they_were_said() -> None:
    turn = Interaction(input=(TextContent("The server did not accept the API key."),))
    error = error_from_response(401, {}, b"")
    assert failure_of(error, turn).sentence == "The server did not accept the API key."


@given(st.text(alphabet="ab c", max_size=60), st.text(alphabet="ab c", max_size=60))
def test_no_run_of_what_was_said_is_left(text: str, said: str) -> None:
    left = without_echo(text, [said])
    words = " ".join(said.split())
    runs = {words[at : at + RUN] for at in range(len(words) - RUN + 1)}
    assert not any(run in left for run in runs)
