"""What goes wrong is said, and costs nobody a word: a wrong key, a network that is gone."""

import socket
from collections.abc import Callable

from tests.demo.process import DemoProcess, demo_process
from tests.e2e.desktop import wait_for
from tests.e2e.program import Castor, input_of, text_of

KEY_DIALOG = "Gemini API key"


def test_a_key_that_is_refused_is_asked_for_again_and_the_message_is_sent(
    slow_demo: DemoProcess, keyless: Callable[[str], Castor]
) -> None:
    castor = keyless(slow_demo.url)
    window = castor.start()
    desktop = castor.desktop
    first = desktop.settled(window, desktop.keep("welcome-keyless.png"))
    desktop.type("demo-bad-key")  # the field for the key has the focus at the first start
    desktop.press("Return")
    wait_for(lambda: desktop.look(window) != first, "the server's sentence")
    refused = desktop.settled(window, desktop.keep("welcome-refused.png"))
    desktop.press("ctrl+a")
    desktop.type("a-key-that-is-good")
    desktop.press("Return")
    wait_for(lambda: desktop.look(window) != refused, "the empty conversation")
    desktop.settled(window)
    desktop.type("What is 6 times 7?")
    desktop.press("Return")
    (turn,) = castor.wait_answers(1)
    assert "42" in text_of(turn)
    castor.quit()
    everything = b"".join(file.read_bytes() for file in castor.profile.rglob("*") if file.is_file())
    assert b"a-key-that-is-good" not in everything, "without a keychain a key is never kept"
    assert b"demo-bad-key" not in everything


def test_a_key_that_expired_is_asked_for_in_a_window_of_its_own(
    slow_demo: DemoProcess, keyless: Callable[[str], Castor]
) -> None:
    castor = keyless(slow_demo.url)
    castor.settings(base_url=slow_demo.url)
    castor.arguments = ()
    castor.variables = {"GEMINI_API_KEY": "only-for-google"}  # is for Google's host alone
    window = castor.start()
    desktop = castor.desktop
    desktop.settled(window)
    desktop.type("demo-expires-once")
    desktop.press("Return")
    desktop.settled(window)
    desktop.type("What is 6 times 7?")
    desktop.press("Return")
    dialog = desktop.window(KEY_DIALOG)
    desktop.settled(dialog, desktop.keep("key-dialog.png"))
    (turn,) = castor.wait_turns(lambda turns: turns[-1]["outcome"] == "failed", "the refusal")
    assert input_of(turn) == [{"type": "text", "text": "What is 6 times 7?"}]
    desktop.focus(dialog)
    desktop.type("a-key-that-is-good")
    desktop.press("Return")
    desktop.gone(KEY_DIALOG)
    (turn,) = castor.wait_answers(1)
    assert "42" in text_of(turn)
    castor.quit()


def test_a_network_that_is_gone_is_said_and_retry_sends_the_same_again(
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
        desktop.type("a-key-that-is-good")
        desktop.press("Return")
        desktop.settled(window)
        desktop.type("My name is Ada.")
        desktop.press("Return")
        castor.wait_answers(1)
    desktop.type("What is my name?")
    desktop.press("Return")
    _, failed = castor.wait_turns(
        lambda turns: len(turns) == 2 and turns[1]["outcome"] == "failed", "the failure"
    )
    assert input_of(failed) == [{"type": "text", "text": "What is my name?"}]
    desktop.settled(window, desktop.keep("network-gone.png"))
    with demo_process(*pace):
        desktop.press("shift+Tab")
        desktop.press("Return")
        _, answered = castor.wait_answers(2)
        assert "Ada" in text_of(answered)
        assert len(castor.turns()) == 2
        castor.quit()
