"""The composer sends when it is asked to, and never half of a character."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.chat.attaching import Refusal
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.models import BUILT_IN_MODELS, Model
from desktop_app.ui.chips import size_words
from desktop_app.ui.composer.attachment_strip import Chip, RefusalChip
from desktop_app.ui.composer.composer import Composer
from desktop_app.ui.composer.message_edit import LARGEST_PASTE
from desktop_app.ui.theme import Theme
from tests.pictures import encoded, picture


@pytest.fixture
def composer(theme: Theme, qtbot: QtBot) -> Iterator[Composer]:
    window = QWidget()
    made = Composer(theme, lambda attachment: encoded(picture()), window)
    window.resize(800, 600)
    made.height_changed.connect(lambda: made.fit(752, 600))
    made.fit(752, 600)
    qtbot.addWidget(window)
    window.show()
    made.setFocus()
    qtbot.waitUntil(made.edit.hasFocus)
    yield made
    window.close()


@pytest.fixture
def sent(composer: Composer) -> list[str]:
    texts: list[str] = []
    composer.submitted.connect(texts.append)
    return texts


def attachment(letter: str = "a") -> AttachmentContent:
    return AttachmentContent("image", letter * 64, f"{letter}.png", "image/png", 1234, 64, 48)


def test_enter_sends_and_shift_enter_breaks_the_line(
    composer: Composer, sent: list[str], qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.edit, "one")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.edit, "two")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["one\ntwo"]
    assert composer.edit.text == "one\ntwo"  # it stays until it was committed


def test_enter_can_break_the_line_and_ctrl_enter_send(
    composer: Composer, sent: list[str], qtbot: QtBot
) -> None:
    composer.set_enter_sends(False)
    qtbot.keyClicks(composer.edit, "one")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.edit, "two")
    assert sent == []
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent == ["one\ntwo"]


def test_enter_belongs_to_an_input_method_that_composes(
    composer: Composer, sent: list[str], qtbot: QtBot
) -> None:
    QApplication.sendEvent(composer.edit, QInputMethodEvent("にほん", []))
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    commit = QInputMethodEvent("", [])
    commit.setCommitString("日本")
    QApplication.sendEvent(composer.edit, commit)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["日本"]


def test_nothing_is_not_sent(composer: Composer, sent: list[str], qtbot: QtBot) -> None:
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    qtbot.keyClicks(composer.edit, "   ")
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    composer.set_attachments((attachment(),))
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["   "]


def test_nothing_is_sent_while_files_are_copied_or_an_answer_comes(
    composer: Composer, sent: list[str], qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.edit, "hi")
    composer.set_working(1)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    composer.set_working(0)
    composer.set_busy(True)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == []
    composer.set_busy(False)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Return)
    assert sent == ["hi"]


def test_the_button_stops_while_an_answer_comes(composer: Composer, qtbot: QtBot) -> None:
    stopped: list[bool] = []
    composer.stopped.connect(lambda: stopped.append(True))
    assert not composer._send.isEnabled()
    composer.set_busy(True)
    assert composer._send.accessibleName() == "Stop"
    qtbot.mouseClick(composer._send, Qt.MouseButton.LeftButton)
    assert stopped == [True]


def test_the_text_grows_to_two_fifths_of_the_window(composer: Composer) -> None:
    assert composer.height() == 82
    composer.edit.set_text("line\n" * 3)
    three = composer.height()
    assert three > 82
    composer.edit.set_text("line\n" * 100)
    assert composer.height() <= 0.4 * 600 + 60
    composer.edit.set_text("")
    assert composer.height() == 82


def test_attachments_are_shown_and_can_be_removed(composer: Composer, qtbot: QtBot) -> None:
    composer.set_attachments((attachment("a"), attachment("b")))
    chips = composer.strip.findChildren(Chip)
    assert [chip.accessibleName() for chip in chips] == [
        "Attachment a.png, PNG, 1 kB",
        "Attachment b.png, PNG, 1 kB",
    ]
    assert composer.height() == 82 + 56
    removed: list[str] = []
    composer.detached.connect(removed.append)
    qtbot.mouseClick(chips[0].childAt(QPoint(202, 22)), Qt.MouseButton.LeftButton)
    assert removed == ["a" * 64]


def test_a_refusal_says_why_and_goes_when_it_was_read(composer: Composer, qtbot: QtBot) -> None:
    composer.show_refusal(Refusal("<b>x</b>.pdf", "it is a PDF"))
    (chip,) = composer.strip.findChildren(RefusalChip)
    assert chip.accessibleName() == "<b>x</b>.pdf was not attached: it is a PDF."
    assert "<b>" not in chip.toolTip().replace("<qt>", "")
    chip.dismissed.emit()
    assert composer.height() == 82


def test_pictures_are_pasted_and_not_written(composer: Composer) -> None:
    pasted: list[QMimeData] = []
    composer.pasted.connect(pasted.append)
    data = QMimeData()
    data.setImageData(picture())
    composer.edit.insertFromMimeData(data)
    assert len(pasted) == 1
    assert composer.edit.text == ""


def test_text_is_pasted_without_its_looks(composer: Composer) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b><img src='file:///etc/passwd'>")
    data.setText("bold")
    composer.edit.insertFromMimeData(data)
    assert composer.edit.text == "bold"


def test_a_paste_that_would_hang_the_window_is_handed_on_to_be_attached(
    composer: Composer,
) -> None:
    pasted: list[QMimeData] = []
    composer.pasted.connect(pasted.append)
    data = QMimeData()
    data.setText("x" * (LARGEST_PASTE + 1))
    composer.edit.insertFromMimeData(data)
    assert pasted == [data]
    assert composer.edit.text == ""


def test_what_is_typed_is_kept_as_a_draft_and_what_is_shown_is_not(
    composer: Composer, qtbot: QtBot
) -> None:
    drafts: list[str] = []
    composer.draft_changed.connect(drafts.append)
    composer.show_draft("from before", ())
    qtbot.wait(600)
    assert drafts == []
    qtbot.keyClicks(composer.edit, "!")
    qtbot.waitUntil(lambda: drafts == ["from before!"])
    composer.clear()
    qtbot.wait(600)
    assert drafts == ["from before!"]


def test_the_model_and_its_level_are_shown_and_chosen(composer: Composer, qtbot: QtBot) -> None:
    flash = next(model for model in BUILT_IN_MODELS if model.name == "gemini-3.8-flash")
    composer.set_model(list(BUILT_IN_MODELS), flash, "high")
    assert composer.model.accessibleName() == "Model Gemini 3.8 Flash, thinking level High"
    chosen: list[tuple[str, object]] = []
    composer.model_chosen.connect(lambda name, level: chosen.append((name, level)))
    composer.model.open_menu()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    words = [action.text() for action in menu.actions() if action.text()]
    assert words[-4:] == [
        "Thinking: model’s default",
        "Thinking: low",
        "Thinking: medium",
        "Thinking: high",
    ]
    next(action for action in menu.actions() if action.text() == "Thinking: low").trigger()
    menu.close()
    assert chosen == [("gemini-3.8-flash", "low")]


def test_a_model_that_is_not_listed_can_still_be_used(composer: Composer) -> None:
    composer.set_model(list(BUILT_IN_MODELS), Model("gemini-99", "gemini-99"), "high")
    assert "gemini-99" in composer.model.accessibleName()
    assert "Model’s default" in composer.model.accessibleName()


def test_sizes_are_written_for_people() -> None:
    assert size_words(12) == "12 bytes"
    assert size_words(412_000) == "412 kB"
    assert size_words(3_400_000) == "3.4 MB"
    assert size_words(1_850_000_000) == "1.85 GB"


def test_the_lines_keep_their_height_when_the_message_has_been_sent(
    composer: Composer, qtbot: QtBot
) -> None:
    def height() -> float:
        return composer.edit.document().size().height()

    qtbot.keyClicks(composer.edit, "hello")
    before = height()
    composer.clear()
    qtbot.keyClicks(composer.edit, "hello")
    assert height() == before


def test_undo_takes_back_what_was_pasted_at_once(composer: Composer, qtbot: QtBot) -> None:
    composer.show_draft("from before ", ())
    assert not composer.edit.document().isUndoAvailable()
    data = QMimeData()
    data.setText("pasted")
    composer.edit.insertFromMimeData(data)
    composer.edit.undo()
    assert composer.edit.text == "from before "


def test_lines_that_were_pasted_are_as_high_as_those_typed(composer: Composer) -> None:
    data = QMimeData()
    data.setText("one\ntwo\nthree")
    composer.edit.insertFromMimeData(data)
    blocks = composer.edit.document()
    heights = {blocks.findBlockByNumber(n).blockFormat().lineHeight() for n in range(3)}
    assert len(heights) == 1
    assert heights != {0.0}
