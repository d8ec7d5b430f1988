"""Documents and films in the real window: picked, dropped, uploaded, asked about, answered."""

from collections.abc import Callable
from pathlib import Path

from tests.demo.calling import Demo, list_at, taken
from tests.demo.process import DemoProcess
from tests.documents import mp4, pdf
from tests.e2e.desktop import Desktop, Window, wait_for
from tests.e2e.program import Castor, input_of, text_of
from tests.e2e.test_attachments import attached, drop_on, source_of, start_at_left

PICKER = "Attach files"
KEY = "e2e-key-0123456789-abcdef"


def pick(desktop: Desktop, window: Window, path: Path) -> None:
    """Pick a file in the dialog as a person does who types its name."""
    desktop.press("ctrl+shift+a")
    picker = desktop.window(PICKER)
    desktop.focus(picker)
    desktop.type(str(path))
    desktop.press("Return")
    desktop.gone(PICKER)
    desktop.focus(window)


def test_a_pdf_is_picked_asked_about_and_answered(castor: Castor, tmp_path: Path) -> None:
    paper = tmp_path / "bridge.pdf"
    paper.write_bytes(pdf("The bridge opened in 1932.", "It was painted grey."))
    window = castor.start()
    pick(castor.desktop, window, paper)
    wait_for(lambda: attached(castor), "the PDF to be attached")
    assert castor.draft_attachments == ["bridge.pdf"]
    castor.desktop.settled(window, castor.desktop.keep("pdf-attached.png"))
    castor.desktop.type("When was the bridge opened?")
    castor.desktop.press("Return")
    (turn,) = castor.wait_answers(1)
    assert "PDF" in text_of(turn)
    assert "2 pages" in text_of(turn)
    assert "on page 1: “The bridge opened in 1932.”" in text_of(turn)
    document, words = input_of(turn)
    assert (document["name"], document["mime_type"]) == ("bridge.pdf", "application/pdf")
    assert words == {"type": "text", "text": "When was the bridge opened?"}
    castor.desktop.settled(window, castor.desktop.keep("pdf-answered.png"))
    castor.quit()


def test_a_pdf_is_dropped_by_another_program(castor: Castor, tmp_path: Path) -> None:
    paper = tmp_path / "bridge.pdf"
    paper.write_bytes(pdf("The bridge opened in 1932."))
    window = start_at_left(castor)
    with source_of(castor.desktop, "file", str(paper)) as source:
        drop_on(castor, window, source)
        wait_for(lambda: attached(castor), "the PDF to be attached")
    assert paper.exists(), "a drop copies and never moves"
    castor.quit()


def test_a_film_goes_to_the_server_once_for_two_questions(
    slow_demo: DemoProcess, keyless: Callable[[str], Castor], tmp_path: Path
) -> None:
    film = tmp_path / "film.mp4"
    film.write_bytes(mp4(61.0))
    castor = keyless(slow_demo.url)
    desktop = castor.desktop
    window = castor.start()
    welcome = desktop.settled(window)
    desktop.type(KEY)  # the field for the key has the focus at the first start
    desktop.press("Return")
    wait_for(lambda: desktop.look(window) != welcome, "the key to be taken")

    def answers() -> list[str]:
        turns = [turn for one in castor.conversations() for turn in list_at(one, "turns")]
        return [text_of(turn) for turn in turns if turn["outcome"] == "complete"]

    for number in (1, 2):
        desktop.settled(window)
        desktop.press("ctrl+n")
        pick(desktop, window, film)
        desktop.settled(window, desktop.keep(f"film-attached-{number}.png"))
        desktop.press("ctrl+l")
        desktop.type("How long is it?")
        desktop.press("Return")
        wait_for(lambda count=number: len(answers()) == count, "the answer")
    assert all("1:01 minutes" in text for text in answers())
    castor.quit()
    client = Demo(slow_demo.url, KEY)
    assert len(list_at(taken(client.http.get("/files")), "files")) == 1
    client.close()
