"""The key in a real keyring, in a locked one, in none: what a person reads, and where it lies."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_app.interactions.jsonvalue import JsonObject
from tests.demo.process import DemoProcess
from tests.e2e.desktop import Desktop
from tests.e2e.program import TITLE, Castor, text_of
from tests.e2e.reader import Reader, screen_reader
from tests.e2e.search import holders
from tests.false_backends import NULL, install_plaintext
from tests.secretservice import PASSWORD, Session, bus_session

KEY = "canary-key+of/a=person&0123456789"
OTHER_KEY = "another-key-0123456789-abcdef"
PLACE = "the system's keyring (Secret Service)"
KEPT = f"Kept in {PLACE}, for this server only."
SESSION_ONLY = "Used for this session only: it is gone when Castor is closed."
NO_KEY = "There is none. It would be kept in the system’s keyring."
LOCKED = "The system’s keyring is locked."
PROMPT = (
    f"{LOCKED} "
    "Answer the window that asks for its password, or enter the key for this session only."
)
SILENT = (
    "The system’s keyring does not answer. "
    "If it shows a window, answer it, or enter the key for this session only."
)
NO_KEYRING = "This computer has no keyring that Castor can trust with your key."
UNLOCK = f"{LOCKED} Unlock it, or use the key for this session only."
UNTIL_CLOSED = "Castor uses the key until it is closed."
UNTIL_KEPT = "Castor uses the key now and keeps it as soon as the keyring lets it."
NOT_KEPT = (
    "Checked with one call, then used until Castor is closed: "
    "this computer has no keyring to keep it in."
)
CONNECT = "Connect"
KEY_WINDOW = "Gemini API key – Castor"
PROMPT_WINDOW = "Unlock Login Keyring"

Program = Callable[[Session], Castor]


@pytest.fixture(scope="module")
def reader(desktop: Desktop) -> Iterator[Reader]:
    with screen_reader(desktop) as made:
        yield made


@pytest.fixture
def program(
    desktop: Desktop, reader: Reader, slow_demo: DemoProcess, tmp_path: Path
) -> Iterator[Program]:
    """Castor as a program of a session, with the demo for its server and no key yet."""
    made: list[Castor] = []

    def make(session: Session) -> Castor:
        castor = Castor(desktop, tmp_path / "profile", ("--base-url", slow_demo.url))
        castor.variables = {**session.variables, **reader.variables, "DISPLAY": desktop.display}
        made.append(castor)
        return castor

    yield make
    for castor in made:
        castor.kill()


def enter_key(castor: Castor, reader: Reader, key: str = KEY) -> None:
    """Type the key where the first start asks for it."""
    reader.wait(CONNECT)
    castor.desktop.type(key)
    castor.desktop.press("Return")


def ask(castor: Castor, answers: int) -> JsonObject:
    """Ask something, and wait for this answer."""
    castor.desktop.press("ctrl+l")
    castor.desktop.type("What is 6 times 7?")
    castor.desktop.press("Return")
    turn = castor.wait_answers(answers)[-1]
    assert "42" in text_of(turn)
    return turn


def open_privacy(castor: Castor, reader: Reader) -> None:
    """Open the page of the settings that says where the key lies."""
    castor.desktop.press("ctrl+comma")
    reader.click("Privacy and storage", "radio button")


def close_settings(castor: Castor, reader: Reader) -> None:
    reader.click("Close")
    reader.wait_gone("Privacy and storage")
    castor.desktop.focus(castor.desktop.window(TITLE))


def test_a_key_is_kept_in_the_keyring_used_after_a_restart_and_deleted_when_forgotten(
    program: Program, reader: Reader, slow_demo: DemoProcess
) -> None:
    with bus_session() as session:
        session.start_unlocked()
        castor = program(session)
        castor.start()
        enter_key(castor, reader)
        reader.wait(f"The key is kept in {PLACE}.")
        assert session.kept(slow_demo.url) == KEY
        ask(castor, 1)
        castor.quit()
        castor.start()
        ask(castor, 2)
        assert CONNECT not in reader.words().splitlines()
        open_privacy(castor, reader)
        reader.wait(KEPT)
        reader.click("Forget key")
        reader.wait(NO_KEY)
        assert session.kept(slow_demo.url) is None
        assert session.listed() == ""
        close_settings(castor, reader)
        castor.quit()
        castor.start()
        castor.desktop.press("ctrl+n")
        reader.wait(CONNECT)
        castor.quit()


def test_a_key_that_another_program_deleted_is_asked_for_with_a_word(
    program: Program, reader: Reader, slow_demo: DemoProcess
) -> None:
    with bus_session() as session:
        session.start_unlocked()
        castor = program(session)
        castor.start()
        enter_key(castor, reader)
        reader.wait(f"The key is kept in {PLACE}.")
        castor.quit()
        session.forget(slow_demo.url)
        castor.start()
        reader.wait(f"Your key is not in {PLACE} any more. Enter it again.")
        enter_key(castor, reader, OTHER_KEY)
        reader.wait(f"The key is kept in {PLACE}.")
        assert session.kept(slow_demo.url) == OTHER_KEY
        castor.quit()


# --- locked -----------------------------------------------------------------------------------


def with_a_conversation(castor: Castor, reader: Reader) -> None:
    """Run it once, with a key in an unlocked keyring."""
    castor.start()
    enter_key(castor, reader)
    reader.wait(f"The key is kept in {PLACE}.")
    ask(castor, 1)
    castor.quit()


def test_a_locked_keyring_that_cannot_ask_hides_no_history_and_a_key_for_the_session_works(
    program: Program, reader: Reader, slow_demo: DemoProcess
) -> None:
    with bus_session() as session:
        session.start_unlocked()
        castor = program(session)
        with_a_conversation(castor, reader)
        session.lock()
        castor.start()
        reader.wait(UNLOCK)
        assert "What is 6 times 7?" in reader.words().splitlines(), "its title"
        castor.desktop.press("ctrl+l")
        castor.desktop.type("What is 6 times 7?")
        castor.desktop.press("Return")
        reader.wait("A key is needed to ask Gemini. Your message is kept.")
        castor.desktop.focus(castor.desktop.window(KEY_WINDOW))
        castor.desktop.type(OTHER_KEY)
        castor.desktop.press("Return")
        reader.wait(f"{LOCKED} {UNTIL_CLOSED}")
        castor.desktop.gone(KEY_WINDOW)
        castor.desktop.focus(castor.desktop.window(TITLE))
        castor.desktop.press("Return")
        assert "42" in text_of(castor.wait_answers(2)[-1])
        open_privacy(castor, reader)
        reader.wait(SESSION_ONLY)
        close_settings(castor, reader)
        assert session.locked
        castor.quit()
        assert not holders(castor.profile, OTHER_KEY)


def test_a_prompt_that_is_answered_later_brings_the_key(
    program: Program, reader: Reader, desktop: Desktop
) -> None:
    with bus_session(desktop.display) as session:
        session.start_unlocked()
        castor = program(session)
        with_a_conversation(castor, reader)
        session.lock()
        castor.start()
        prompt = desktop.window(PROMPT_WINDOW)
        reader.wait(PROMPT)
        assert "What is 6 times 7?" in reader.words().splitlines(), "history is there meanwhile"
        desktop.focus(prompt)
        desktop.type(PASSWORD)
        desktop.press("Return")
        desktop.gone(PROMPT_WINDOW)
        reader.wait_gone(PROMPT)
        desktop.focus(desktop.window(TITLE))
        ask(castor, 2)
        open_privacy(castor, reader)
        reader.wait(KEPT)
        close_settings(castor, reader)
        castor.quit()


def test_a_prompt_that_is_closed_is_said_and_another_key_asks_again(
    program: Program, reader: Reader, desktop: Desktop, slow_demo: DemoProcess
) -> None:
    with bus_session(desktop.display) as session:
        session.start_unlocked()
        session.store(slow_demo.url, KEY)
        session.lock()
        castor = program(session)
        castor.start()
        desktop.focus(desktop.window(PROMPT_WINDOW))
        desktop.press("Escape")
        desktop.gone(PROMPT_WINDOW)
        reader.wait(UNLOCK)
        desktop.focus(desktop.window(TITLE))
        enter_key(castor, reader, OTHER_KEY)
        desktop.window(PROMPT_WINDOW)  # it takes mouse and keyboard until it is answered
        reader.wait(f"{LOCKED} {UNTIL_KEPT}")
        desktop.type(PASSWORD)
        desktop.press("Return")
        reader.wait(f"The key is kept in {PLACE}.")
        assert session.kept(slow_demo.url) == OTHER_KEY
        desktop.focus(desktop.window(TITLE))
        open_privacy(castor, reader)
        reader.wait(KEPT)
        close_settings(castor, reader)
        ask(castor, 1)
        castor.quit()


def test_the_program_ends_though_a_prompt_is_open(
    program: Program, reader: Reader, desktop: Desktop, slow_demo: DemoProcess
) -> None:
    with bus_session(desktop.display) as session:
        session.start_unlocked()
        session.store(slow_demo.url, KEY)
        session.lock()
        castor = program(session)
        castor.start()
        desktop.window(PROMPT_WINDOW)
        reader.wait(PROMPT)
        castor.quit()
        assert session.locked


# --- silent, or not there ---------------------------------------------------------------------


def test_a_keyring_that_never_answers_is_said_and_holds_neither_the_key_nor_the_end(
    program: Program, reader: Reader
) -> None:
    with bus_session() as session:
        session.start_false("silent")
        castor = program(session)
        castor.start()
        reader.wait(SILENT)
        enter_key(castor, reader)
        reader.wait(f"The system’s keyring does not answer. {UNTIL_KEPT}")
        ask(castor, 1)
        open_privacy(castor, reader)
        reader.wait(SESSION_ONLY)
        close_settings(castor, reader)
        castor.quit()
        assert not holders(castor.profile, KEY)
        assert not holders(session.folder, KEY)


def test_a_keyring_that_changes_the_key_is_found_out_and_the_key_is_for_this_session(
    program: Program, reader: Reader
) -> None:
    with bus_session(activates=False) as session:
        session.start_false("changing")
        castor = program(session)
        castor.start()
        enter_key(castor, reader)
        reader.wait(f"The system’s keyring did not keep the key as it is. {UNTIL_CLOSED}")
        ask(castor, 1)
        open_privacy(castor, reader)
        reader.wait(SESSION_ONLY)
        close_settings(castor, reader)
        castor.quit()
        castor.start()
        castor.desktop.press("ctrl+n")
        reader.wait(CONNECT)
        castor.quit()


UNTRUSTED = {
    "no bus": {"DBUS_SESSION_BUS_ADDRESS": "disabled:"},
    "no service": {},
    "plain text": {"PYTHONPATH": "{package}"},
    "thrown away": {"PYTHON_KEYRING_BACKEND": NULL},
    "thrown away by a file": {"XDG_CONFIG_HOME": "{config}"},
}


@pytest.mark.parametrize("variables", UNTRUSTED.values(), ids=UNTRUSTED)
def test_without_a_keyring_to_trust_the_key_is_for_this_session_and_in_no_file(
    program: Program, reader: Reader, tmp_path: Path, variables: dict[str, str]
) -> None:
    package = install_plaintext(tmp_path / "package")
    config = tmp_path / "config"
    (config / "python_keyring").mkdir(parents=True)
    chosen = f"[backend]\ndefault-keyring={NULL}\n"
    (config / "python_keyring" / "keyringrc.cfg").write_text(chosen)
    with bus_session(activates=False) as session:
        castor = program(session)
        castor.variables |= {
            name: value.format(package=package, config=config) for name, value in variables.items()
        }
        castor.start()
        reader.wait(NOT_KEPT)
        enter_key(castor, reader)
        reader.wait(f"{NO_KEYRING} {UNTIL_CLOSED}")
        ask(castor, 1)
        open_privacy(castor, reader)
        reader.wait(SESSION_ONLY)
        reader.click("Forget key")
        reader.wait("There is none, and no keyring on this computer to keep one in.")
        close_settings(castor, reader)
        castor.quit()
        assert not holders(tmp_path, KEY)
        assert not holders(session.folder, KEY)
        castor.start()
        castor.desktop.press("ctrl+n")
        reader.wait(CONNECT)
        castor.quit()


def test_a_keyring_that_is_gone_is_said_and_the_key_in_it_is_left_alone(
    program: Program, reader: Reader, slow_demo: DemoProcess
) -> None:
    with bus_session() as session:
        session.start_unlocked()
        castor = program(session)
        with_a_conversation(castor, reader)
        variables = castor.variables
        castor.variables = variables | {"DBUS_SESSION_BUS_ADDRESS": "disabled:"}
        castor.start()
        reader.wait(
            f"Your key is in {PLACE}, which cannot be reached. Enter the key for this session only."
        )
        castor.quit()
        assert session.kept(slow_demo.url) == KEY
        castor.variables = variables
        castor.start()
        ask(castor, 2)
        castor.quit()
