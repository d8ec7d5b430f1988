"""Pictures are dragged out as they came; a press that is no drag is a press of the button."""

import base64
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPixmap
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.chat.media import MediaRef
from desktop_app.images.pixels import Pixels
from desktop_app.interactions.content import AttachmentContent, ImageContent
from desktop_app.ui.menus import Menu
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.dragging import DragOut
from desktop_app.ui.transcript.media_requests import SaveWanted, ViewWanted
from desktop_app.ui.transcript.model_image import ModelImage
from desktop_app.ui.transcript.pictures import PictureRow
from tests.pictures import encoded, picture

PRESS = QEvent.Type.MouseButtonPress
MOVE = QEvent.Type.MouseMove
RELEASE = QEvent.Type.MouseButtonRelease


def send(widget: QWidget, kind: QEvent.Type, at: QPoint) -> None:
    left = Qt.MouseButton.LeftButton
    button = Qt.MouseButton.NoButton if kind == MOVE else left
    held = Qt.MouseButton.NoButton if kind == RELEASE else left
    place = QPointF(widget.mapToGlobal(at))
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QMouseEvent(kind, QPointF(at), place, button, held, none))


@pytest.fixture
def button(qtbot: QtBot) -> Iterator[QPushButton]:
    made = QPushButton("a picture")
    made.resize(120, 80)
    qtbot.addWidget(made)
    made.show()
    yield made
    made.close()


def test_a_press_that_moves_on_drags_and_does_not_click(button: QPushButton) -> None:
    dragged: list[str] = []
    data = QMimeData()
    data.setText("it")
    DragOut(button, lambda: (data, QPixmap()), lambda _, data, __: dragged.append(data.text()))
    clicked = QSignalSpy(button.clicked)
    send(button, PRESS, QPoint(20, 20))
    send(button, MOVE, QPoint(22, 20))
    assert dragged == []
    send(button, MOVE, QPoint(60, 40))
    send(button, MOVE, QPoint(70, 40))
    assert dragged == ["it"]
    assert not button.isDown()
    send(button, RELEASE, QPoint(70, 40))
    assert clicked.count() == 0


def test_a_press_that_stays_is_a_click(button: QPushButton) -> None:
    dragged: list[str] = []
    asked: list[str] = []
    DragOut(button, lambda: asked.append("asked"), lambda *_: dragged.append("it"))
    clicked = QSignalSpy(button.clicked)
    send(button, PRESS, QPoint(20, 20))
    send(button, RELEASE, QPoint(20, 20))
    assert clicked.count() == 1
    hover = QPointF(80, 60)
    none = Qt.MouseButton.NoButton
    button.setMouseTracking(True)
    moved = QMouseEvent(MOVE, hover, hover, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(button, moved)
    send(button, PRESS, QPoint(20, 20))
    send(button, MOVE, QPoint(60, 40))
    send(button, RELEASE, QPoint(60, 40))
    assert asked == ["asked"], "a pointer that only passes drags nothing"
    assert dragged == [], "there is nothing to be dragged yet"
    assert clicked.count() == 2


def test_a_models_picture_is_dragged_as_it_came(theme: Theme, qtbot: QtBot) -> None:
    column = QWidget()
    qtbot.addWidget(column)
    column.show()
    came = encoded(picture(64, 48), "JPEG")
    content = ImageContent(data=base64.b64encode(came).decode(), mime_type="image/jpeg")
    view = ModelImage(theme, MediaRef("t/0/0", content), column)
    view.fit(720)
    view.show()
    assert view.taken() is None, "it is not decoded yet"
    made = QImage(64, 48, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(QColor("#c03020"))
    view.show_pixels("t/0/0", Pixels(64, 48, 64, 48, bytes(made.constBits())))
    taken = view.taken()
    assert taken is not None
    data, pixmap = taken
    assert data.data("image/jpeg").data() == came
    assert data.hasImage()
    assert (pixmap.width(), pixmap.height()) == (64, 48)


def test_the_menu_of_a_models_picture_opens_and_saves_it(theme: Theme, qtbot: QtBot) -> None:
    column = QWidget()
    qtbot.addWidget(column)
    came = base64.b64encode(encoded(picture(8, 8))).decode()
    ref = MediaRef("t/0/0", ImageContent(data=came, mime_type="image/png"))
    view = ModelImage(theme, ref, column)
    assert chosen(theme, view) == [
        ("Open picture", ViewWanted(ref)),
        ("Save picture…", SaveWanted(ref)),
    ]
    view.show_pixels("t/0/0", "it is broken")
    menu = Menu(theme, column)
    view.add_entries(menu)
    assert menu.actions() == [], "what is broken has buttons of its own"
    menu.close()


def test_the_menu_of_an_attachment_saves_it(theme: Theme, qtbot: QtBot) -> None:
    column = QWidget()
    qtbot.addWidget(column)
    photo = AttachmentContent("image", "a" * 64, "photo.png", "image/png", 9, 640, 480)
    paper = AttachmentContent("document", "b" * 64, "paper.pdf", "application/pdf", 9)
    row = PictureRow(theme, [photo, paper], lambda attachment: None, column)
    asked = QSignalSpy(row.media_requested)
    words: list[list[str]] = []
    for one in row.pictures:
        menu = Menu(theme, column)
        one.add_entries(menu)
        words.append([action.text() for action in menu.actions()])
        menu.actions()[-1].trigger()
        menu.close()
    assert words == [["Open picture", "Save picture…"], ["Save file…"]]
    assert [asked.at(number)[0] for number in range(2)] == [
        SaveWanted(MediaRef(photo.sha256, photo)),
        SaveWanted(MediaRef(paper.sha256, paper)),
    ]


def chosen(theme: Theme, view: ModelImage) -> list[tuple[str, object]]:
    """The entries of a picture, and what each asks for."""
    found: list[tuple[str, object]] = []
    asked = QSignalSpy(view.media_requested)
    menu = Menu(theme, view)
    view.add_entries(menu)
    for action in menu.actions():
        action.trigger()
        found.append((action.text(), asked.at(asked.count() - 1)[0]))
    menu.close()
    return found
