"""A start with a server that looks like Google's shows its true name before anything is sent."""

from collections.abc import Callable

from tests.e2e.program import TITLE, Castor

LOOKS = "https://generativelanguage.googleapis.com.evil.test"
QUESTION = "Use this server? – Castor"


def test_a_server_that_looks_like_googles_is_asked_about_first(
    keyless: Callable[[str], Castor],
) -> None:
    castor = keyless(LOOKS)
    castor.variables["GEMINI_API_KEY"] = "only-for-google-0123456"
    desktop = castor.desktop
    window = castor.start("--ask", "What is this?", title=QUESTION)
    desktop.settled(window, desktop.keep("look-alike.png"))
    titles = [one.title for one in desktop.windows()]
    assert [title for title in titles if "Castor" in title] == [QUESTION]
    desktop.close(window)
    castor.ended()
    assert castor.conversations() == []

    castor.start(title=QUESTION)
    desktop.press("Tab")
    desktop.press("shift+Tab")
    desktop.press("shift+Tab")  # the first button is the one that goes on
    desktop.press("space")
    desktop.window(TITLE)
    castor.quit()
