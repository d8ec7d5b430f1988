"""A conversation on paper: everything is there, no line is cut, and the window does not wait."""

import asyncio
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pypdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QMarginsF, QObject, QPoint, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtPrintSupport import QPrintDialog
from PySide6.QtWidgets import QApplication, QFileDialog

from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.dialogs.printing_dialog import PrintingDialog
from desktop_app.ui.dropping import Dropped
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.printing.job import PrintJob
from desktop_app.ui.printing.pages import Page, pages
from desktop_app.ui.printing.printing import file_name
from desktop_app.ui.printing.text_layer import mend_text_layer
from desktop_app.ui.theme import Theme
from desktop_app.ui.tokens import LIGHT
from tests.conftest import LoopFactory
from tests.pictures import encoded, picture
from tests.ui.opened import answered, opened
from tests.ui.transcript.test_finder import turn_of
from tests.ui.windows import (
    CTRL,
    SHIFT,
    button,
    choose,
    click,
    dialogs,
    eventually,
    in_front,
    press,
)

Key = Qt.Key

pytestmark = pytest.mark.usefixtures("loop_factory")

A4 = QPageLayout(
    QPageSize(QPageSize.PageSizeId.A4),
    QPageLayout.Orientation.Portrait,
    QMarginsF(18, 14, 18, 14),
    QPageLayout.Unit.Millimeter,
)

LONG = f"""# A heading

Words with **strong**, *slanted* and `code` ones. {"Many words make a paragraph. " * 60}

- one
- two
  - nested
- [x] done

> quoted

```python
{chr(10).join(f"line_{number} = {number}" for number in range(150))}
{"wide " * 60}
```

| Name | Value |
|------|------:|
{chr(10).join(f"| row {number} | {number * 7} |" for number in range(120))}

Ende mit Ümlauten, 漢字 und 3.14 km.
"""


# --- pages ----------------------------------------------------------------------------------------


class Strip:
    """A strip that can be cut after some of its lines."""

    def __init__(self, lines: Sequence[int], gap: int, keeps: bool) -> None:
        self.lines, self.gap, self.keeps = lines, gap, keeps
        self.height = sum(lines)

    def cuts(self) -> list[int]:
        return [sum(self.lines[:count]) for count in range(1, len(self.lines))]

    def paint(self, painter: QPainter, top: int, bottom: int) -> None:
        raise AssertionError("pages are only cut here, and not painted")


STRIPS = st.lists(
    st.builds(
        Strip,
        st.lists(st.integers(1, 60), min_size=1, max_size=40),
        st.integers(0, 30),
        st.booleans(),
    ),
    max_size=12,
)


def cut(strips: Sequence[Strip], height: int) -> list[Page]:
    return [page for page in pages(strips, height) if page is not None]


@given(STRIPS)
def test_every_line_is_on_one_page_whole_and_in_its_order(strips: list[Strip]) -> None:
    height = 200
    placed = [one for page in cut(strips, height) for one in page]
    assert [one.strip for one in placed if one.top == 0] == strips
    for before, after in pairwise(placed):
        assert after.top == (before.bottom if after.strip is before.strip else 0)
    for one in placed:
        assert one.at + one.bottom - one.top <= height
        for place in (one.top, one.bottom):
            assert place in (0, one.strip.height, *one.strip.cuts())


@given(STRIPS)
def test_pages_are_filled_from_the_top_and_nothing_overlaps(strips: list[Strip]) -> None:
    for page in cut(strips, 200):
        assert page[0].at == 0
        for above, below in pairwise(page):
            assert below.at == above.at + above.bottom - above.top + below.strip.gap


def test_a_heading_stays_with_what_follows() -> None:
    strips = [Strip([150], 0, False), Strip([30], 10, True), Strip([60], 10, False)]
    assert [len(page) for page in cut(strips, 200)] == [1, 2]


def test_what_is_higher_than_a_page_is_cut_at_its_end() -> None:
    assert [page[0].bottom for page in cut([Strip([450], 0, False)], 200)] == [200, 400, 450]


# --- paper ----------------------------------------------------------------------------------------


class Sheets:
    """A job that writes a PDF; `spoken` are what it told."""

    def __init__(self, theme: Theme, file: Path, turns: Sequence[Interaction]) -> None:
        self.file = file
        self.writer: QPdfWriter | None = QPdfWriter(str(file))
        self.writer.setResolution(1200)
        self.writer.setPageLayout(A4)
        self.ended: list[bool] = []
        self.progress: list[tuple[int, int, int]] = []
        self.owner = QObject()
        self.job = PrintJob(
            theme, self.writer, "A title", turns, lambda _attachment: QImage(), self.owner
        )
        self.job.progressed.connect(lambda *told: self.progress.append(told))
        self.job.finished.connect(self.ended.append)

    async def pages(self) -> list[pypdf.PageObject]:
        self.job.start()
        await eventually(lambda: self.ended)
        assert self.ended == [True]
        self.writer = None
        mend_text_layer(self.file)
        return list(pypdf.PdfReader(self.file).pages)


def text_of(page: pypdf.PageObject) -> str:
    return page.extract_text()


def names_in(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir())


def words_of(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u200a", " "))


async def test_a_pdf_has_all_that_was_said_in_its_order(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    sheets = Sheets(theme, tmp_path / "a.pdf", [turn_of("1", LONG), turn_of("2", "The end.")])
    found = await sheets.pages()
    assert 6 <= len(found) <= 10
    bare = re.sub(r"\s", "", "".join(text_of(page) for page in found).replace("\u200a", ""))
    at = 0
    for words in (
        *("Atitle", "?", "Aheading", "strong", "Manywordsmakeaparagraph."),
        *("one", "nested", "quoted", *(f"line_{number}={number}" for number in range(150))),
        *(f"row{number}{number * 7}" for number in range(120)),
        *("Ümlauten,漢字und3.14km.", "?", "Theend."),
    ):
        at = bare.find(words, at)
        assert at >= 0, words
        at += len(words)
    assert bare.count("wide") == 60
    assert bare.count("Manywordsmakeaparagraph.") == 60


async def test_words_are_parted_by_spaces_in_the_text_of_a_pdf(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    (page,) = await Sheets(theme, tmp_path / "a.pdf", [turn_of("1", "Some plain words.")]).pages()
    assert "Some plain words." in text_of(page)
    assert "\t" not in text_of(page)


async def test_no_line_of_a_pdf_is_cut_by_the_edge_of_a_page(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    found = await Sheets(theme, tmp_path / "a.pdf", [turn_of("1", LONG)]).pages()
    top, bottom = 842 - 14 / 25.4 * 72, 14 / 25.4 * 72
    for page in found:
        heights: set[float] = set()

        def note(text: str, cm: list[float], tm: list[float], *_rest: object) -> None:
            if text.strip():
                heights.add(round(tm[5] * cm[3] + cm[5], 1))  # noqa: B023 - it is called at once

        page.extract_text(visitor_text=note)
        assert heights
        assert max(heights) < top - 4
        assert min(heights) >= bottom - 1
        lines = sorted(heights)
        body = [one for one in lines if one > bottom + 16]
        assert min(body) - 3 > bottom + 28 * 0.75 - 1  # letters that go below their line


async def test_one_line_is_on_one_page_only(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    found = await Sheets(theme, tmp_path / "a.pdf", [turn_of("1", LONG)]).pages()
    text = "\n".join(words_of(text_of(page)) for page in found)
    for number in range(150):
        assert len(re.findall(rf"line_{number} =", text)) == 1


async def test_pages_have_numbers_and_all_but_the_first_the_title_above(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    found = await Sheets(theme, tmp_path / "a.pdf", [turn_of("1", LONG)]).pages()
    for number, page in enumerate(found, 1):
        lines = text_of(page).split("\n")
        assert str(number) in (lines[0], lines[1], lines[-1])
        assert text_of(page).count("A title") == 1


async def test_code_has_its_colours_on_paper(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    code = "```python\ndef name():\n    return 'text'\n```"
    found = await Sheets(theme, tmp_path / "a.pdf", [turn_of("1", code)]).pages()
    drawn = found[0].get_contents().get_data().decode("latin-1")  # type: ignore[union-attr]
    colours = {
        "#" + "".join(f"{round(float(share) * 255):02X}" for share in one.split())
        for one in re.findall(r"([\d.]+ [\d.]+ [\d.]+) (?:scn|rg)\b", drawn)
    }
    assert {LIGHT["c_keyword"], LIGHT["c_string"], LIGHT["c_func"]} <= colours


async def test_paper_is_light_also_where_the_window_is_dark(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    await Sheets(theme, tmp_path / "light.pdf", [turn_of("1", LONG)]).pages()
    theme.choose("dark")
    await Sheets(theme, tmp_path / "dark.pdf", [turn_of("1", LONG)]).pages()
    light, dark = (
        [page.get_contents().get_data() for page in pypdf.PdfReader(tmp_path / name).pages]  # type: ignore[union-attr]
        for name in ("light.pdf", "dark.pdf")
    )
    assert light == dark


async def test_many_turns_are_printed_in_slices_and_can_be_stopped(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    turns = [turn_of(str(number), f"Answer **{number}**.") for number in range(400)]
    sheets = Sheets(theme, tmp_path / "a.pdf", turns)
    sheets.job.start()
    await eventually(lambda: len(sheets.progress) > 3)
    sheets.job.cancel()
    assert sheets.ended == [False]
    assert 0 < sheets.progress[-1][1] < 400
    await asyncio.sleep(0.05)
    assert sheets.ended == [False]


# --- the window -----------------------------------------------------------------------------------


async def test_a_conversation_is_saved_as_a_pdf(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    file = tmp_path / "out.pdf"
    async with opened(tmp_path / "profile", theme) as (window, w, tap):
        await answered(window, tap, "What is a straw?", "A **dry** stalk.")
        press(window, Key.Key_P, CTRL | SHIFT)
        asked = await in_front(window, QFileDialog)
        assert Path(asked.selectedFiles()[0]).name == "What is a straw.pdf"
        asked.fileSelected.emit(str(file))
        asked.close()
        await eventually(lambda: w.notices)
        assert w.notices[-1].text == "out.pdf is saved."
        text = text_of(pypdf.PdfReader(file).pages[0])
        assert "What is a straw?" in text
        assert "A dry stalk." in words_of(text)
        assert names_in(tmp_path) == ["out.pdf", "profile"]


async def test_a_file_that_cannot_be_written_is_told_and_leaves_nothing(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path / "profile", theme) as (window, w, tap):
        await answered(window, tap, "hay", "straw")
        window.printing.write_pdf(str(tmp_path / "nowhere" / "out.pdf"))
        assert w.notices[-1].text.startswith("out.pdf could not be saved: No such file")
        (tmp_path / "taken.pdf").mkdir()
        count = len(w.notices)
        window.printing.write_pdf(str(tmp_path / "taken.pdf"))
        await eventually(lambda: len(w.notices) > count)
        assert w.notices[-1].text.startswith("taken.pdf could not be saved: ")
        assert names_in(tmp_path) == ["profile", "taken.pdf"]


async def test_saving_that_takes_long_says_how_far_it_is_and_can_be_cancelled(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    file = tmp_path / "out.pdf"
    file.write_text("the one before")
    async with opened(tmp_path / "profile", theme) as (window, _w, tap):
        await answered(window, tap, "hay", LONG * 30)
        window.printing.write_pdf(str(file))
        progress = await in_front(window, PrintingDialog)
        await eventually(lambda: progress.words.text().startswith("Page "))
        click(button(progress, "Cancel"))
        await eventually(lambda: not dialogs(window, PrintingDialog))
        assert file.read_text() == "the one before"
        assert names_in(tmp_path) == ["out.pdf", "profile"]


async def test_ctrl_p_asks_for_a_printer_and_a_new_chat_has_nothing_to_print(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, _w, tap):
        press(window, Key.Key_P, CTRL)
        press(window, Key.Key_P, CTRL | SHIFT)
        assert dialogs(window, QPrintDialog) == []
        assert dialogs(window, QFileDialog) == []
        await answered(window, tap, "hay", "straw")
        press(window, Key.Key_P, CTRL)
        (await in_front(window, QPrintDialog)).reject()
        click(button(window, "Conversation menu"))
        choose("Print…")
        (await in_front(window, QPrintDialog)).reject()


async def test_a_printer_gets_the_pages(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    file = tmp_path / "printed.pdf"
    async with opened(tmp_path / "profile", theme) as (window, w, tap):
        await answered(window, tap, "hay", "A **dry** stalk.")
        press(window, Key.Key_P, CTRL)
        asked = await in_front(window, QPrintDialog)
        printer = asked.printer()
        printer.setOutputFormat(printer.OutputFormat.PdfFormat)
        printer.setOutputFileName(str(file))
        asked.done(1)
        await eventually(lambda: w.notices and "printer" in w.notices[-1].text)
        assert w.notices[-1].text == "The conversation is on its way to the printer."
        assert "dry" in text_of(pypdf.PdfReader(file).pages[0])


@pytest.mark.parametrize(
    ("title", "name"),
    [("a/b: c?", "a b c"), ("..", "Conversation"), ("x" * 200, "x" * 80), ("Ümlaut", "Ümlaut")],
)
def test_a_title_becomes_a_name_that_any_system_takes(title: str, name: str) -> None:
    assert file_name(title) == name


# --- a picture of a turn --------------------------------------------------------------------------


async def copied_as_picture(window: MainWindow) -> QImage:
    """Choose it in the menu of the last turn."""
    QApplication.clipboard().clear()
    transcript = window.pane.transcript
    view = transcript.column.slots[-1].view
    point = view.mapTo(transcript.viewport(), QPoint(20, view.height() - 40))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, transcript.mapToGlobal(point))
    QApplication.sendEvent(transcript.viewport(), event)
    choose("Copy turn as a picture")
    await eventually(lambda: not QApplication.clipboard().image().isNull())
    return QApplication.clipboard().image()


async def test_a_turn_is_copied_as_a_picture_in_the_theme_of_the_window(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        await answered(window, tap, "What is a straw?", "A **dry** stalk.\n\n```\ncode\n```")
        for choice in ("light", "dark"):
            w.preferences.update(theme=choice)
            image = await copied_as_picture(window)
            scale = window.devicePixelRatioF()
            assert image.width() == 768 * scale
            assert 150 * scale < image.height() < 400 * scale
            edges = {image.pixelColor(x, y).name() for x in (0, 23) for y in (0, 23)}
            assert edges == {theme.color("window").name()}
            rows = range(24, image.height() - 24, 2)
            assert len({image.pixel(x, y) for x in range(24, 600) for y in rows}) > 10
            assert w.notices[-1].text == "The turn is on the clipboard as a picture."


async def test_a_turn_that_is_too_high_for_a_picture_is_told(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    async with opened(tmp_path, theme) as (window, w, tap):
        await answered(window, tap, "much", "A line.\n\n" * 600)
        QApplication.clipboard().setText("before")
        turn = window.view.session.turns[-1] if window.view.session is not None else None
        assert turn is not None
        window.printing.copy_picture(turn.key)
        await eventually(lambda: w.notices and "picture" in w.notices[-1].text)
        assert "too long for a picture" in w.notices[-1].text
        assert QApplication.clipboard().text() == "before"


async def test_pictures_are_on_paper_and_in_the_picture_of_a_turn(
    tmp_path: Path, theme: Theme, loop_factory: LoopFactory
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(encoded(picture()))
    file = tmp_path / "out.pdf"
    async with opened(tmp_path / "profile", theme) as (window, w, tap):
        window.attach(Dropped(files=[photo]))
        await eventually(lambda: window.view.session and window.view.session.draft.attachments)
        await answered(window, tap, "hay", "straw")
        window.printing.write_pdf(str(file))
        await eventually(lambda: w.notices and "saved" in w.notices[-1].text)
        assert len(pypdf.PdfReader(file).pages[0].images) == 1
