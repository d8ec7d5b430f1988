"""What goes wrong is said, and costs nobody a word: a wrong key, a network that is gone."""

import socket
from collections.abc import Callable

from tests.demo.process import DemoProcess, demo_process
from tests.e2e.desktop import wait_for
from tests.e2e.program import Castor, input_of, text_of

KEY_DIALOG = "Gemini API key – Castor"


def test_a_key_that_is_refused_is_asked_for_again_and_the_message_is_sent(
    slow_demo: DemoProcess, keyless: Callable[[str], Castor]
) -> None:
    castor = keyless(slow_demo.url)
    window = castor.start()
    desktop = castor.desktop
    first = desktop.settled(window, desktop.keep("welcome-keyless.png"))
    desktop.type(
        "demo-bad-key-0123456789"
    )  # the field for the key has the focus at the first start
    desktop.press("Return")
    wait_for(lambda: desktop.look(window) != first, "the server's sentence")
    refused = desktop.settled(window, desktop.keep("welcome-refused.png"))
    desktop.press("ctrl+a")
    desktop.type("a-key-that-is-good-0123")
    desktop.press("Return")
    wait_for(lambda: desktop.look(window) != refused, "the empty conversation")
    desktop.settled(window)
    desktop.type("What is 6 times 7?")
    desktop.press("Return")
    (turn,) = castor.wait_answers(1)
    assert "42" in text_of(turn)
    castor.quit()
    everything = b"".join(file.read_bytes() for file in castor.profile.rglob("*") if file.is_file())
    assert b"a-key-that-is-good-0123" not in everything, "without a keychain a key is never kept"
    assert b"demo-bad-key-0123456789" not in everything


def test_a_key_that_expired_is_asked_for_in_a_window_of_its_own(
    slow_demo: DemoProcess, keyless: Callable[[str], Castor]
) -> None:
    castor = keyless(slow_demo.url)
    castor.settings(base_url=slow_demo.url)
    castor.arguments = ()
    castor.variables = {"GEMINI_API_KEY": "only-for-google-0123456"}  # is for Google's host alone
    window = castor.start()
    desktop = castor.desktop
    desktop.settled(window)
    desktop.type("demo-expired-0123456789")
    desktop.press("Return")
    desktop.settled(window)
    desktop.type("What is 6 times 7?")
    desktop.press("Return")
    dialog = desktop.window(KEY_DIALOG)
    desktop.settled(dialog, desktop.keep("key-dialog.png"))
    (turn,) = castor.wait_turns(lambda turns: turns[-1]["outcome"] == "failed", "the refusal")
    assert input_of(turn) == [{"type": "text", "text": "What is 6 times 7?"}]
    desktop.focus(dialog)
    desktop.type("a-key-that-is-good-0123")
    desktop.press("Return")
    desktop.gone(KEY_DIALOG)
    (turn,) = castor.wait_answers(1)
    assert "42" in text_of(turn)
    castor.quit()


def test_what_is_said_without_a_network_survives_a_kill_and_goes_out_by_itself(
    keyless: Callable[[str], Castor],
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pace = ("--tokens-per-second", "200", "--seed", "1", "--port", str(port))
    with demo_process(*pace) as demo:
        castor = keyless(demo.url)
        window = castor.start()
        desktop = castor.desktop
        desktop.settled(window)
        desktop.type("a-key-that-is-good-0123")
        desktop.press("Return")
        desktop.settled(window)
        desktop.type("My name is Ada.")
        desktop.press("Return")
        castor.wait_answers(1)
    desktop.type("What is my name?")
    desktop.press("Return")
    _, waiting = castor.wait_turns(
        lambda turns: len(turns) == 2 and turns[1]["outcome"] == "waiting", "the message to wait"
    )
    assert input_of(waiting) == [{"type": "text", "text": "What is my name?"}]
    desktop.settled(window, desktop.keep("network-gone.png"))
    desktop.type("What is 6 times 7?")
    desktop.press("Return")
    castor.wait_turns(lambda turns: len(turns) == 3, "the message behind it")
    castor.kill()
    with demo_process(*pace):
        window = castor.start()
        kept = [turn["outcome"] for turn in castor.turns()]
        assert kept == ["complete", "waiting", "waiting"]
        desktop.settled(window, desktop.keep("waiting-for-the-key.png"))
        desktop.type("and")
        desktop.press("Return")  # without a keychain the key is asked for each time
        dialog = desktop.window(KEY_DIALOG)
        desktop.focus(dialog)
        desktop.type("a-key-that-is-good-0123")
        desktop.press("Return")
        desktop.gone(KEY_DIALOG)
        _, name, number = castor.wait_turns(
            lambda turns: [turn["outcome"] for turn in turns[:3]] == ["complete"] * 3,
            "what waited to be answered",
        )[:3]
        assert "Ada" in text_of(name)
        assert "42" in text_of(number)
        castor.quit()
