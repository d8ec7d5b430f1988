"""Lists every key that does something."""

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.small_dialog import SmallDialog
from desktop_app.ui.page_area import PageArea
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

_AROUND: Final = 240
"""What title, button, frame and the system's bars need besides the list, in pixels."""

_LEAST: Final = 160


class ShortcutsDialog(SmallDialog):
    """Shows keys and what they do; `keys` are pairs of words and key."""

    def __init__(self, theme: Theme, keys: list[tuple[str, str]], parent: QWidget) -> None:
        super().__init__(theme, "Keyboard", "", parent)
        table = QWidget()
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        for row, (words, key) in enumerate(keys):
            grid.addWidget(plain_label(theme, words, 13, 400, "text"), row, 0)
            label = plain_label(theme, key, 13, 400, "quiet")
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            label.setWordWrap(False)
            grid.addWidget(label, row, 1)
        area = PageArea(table)
        self.body.addWidget(area)
        room = parent.screen().availableGeometry().height() - _AROUND
        area.setFixedHeight(min(table.sizeHint().height(), max(_LEAST, room)))
        close = Button(theme, "Close")
        close.clicked.connect(self.close)
        self.add_buttons(close)
