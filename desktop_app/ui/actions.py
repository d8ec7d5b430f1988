"""Everything a key can do, in one place."""

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget


@dataclass(frozen=True)
class ActionSpec:
    """An action: its name, the words a person reads, its keys."""

    name: str
    words: str
    keys: tuple[str, ...]


ACTIONS: Final[tuple[ActionSpec, ...]] = (
    ActionSpec("new_chat", "New chat", ("Ctrl+N",)),
    ActionSpec("next_conversation", "Next conversation", ("Ctrl+Tab",)),
    ActionSpec("previous_conversation", "Previous conversation", ("Ctrl+Shift+Tab",)),
    ActionSpec("rename", "Rename the conversation", ("F2",)),
    ActionSpec("toggle_sidebar", "Show or hide the sidebar", ("Ctrl+B",)),
    ActionSpec("find", "Find in the conversation", ("Ctrl+F",)),
    ActionSpec("find_next", "Next match", ("F3",)),
    ActionSpec("find_previous", "Previous match", ("Shift+F3",)),
    ActionSpec("print", "Print the conversation", ("Ctrl+P",)),
    ActionSpec("save_pdf", "Save the conversation as PDF", ("Ctrl+Shift+P",)),
    ActionSpec("export", "Export the conversation", ("Ctrl+Shift+E",)),
    ActionSpec("focus_composer", "Go to the message", ("Ctrl+L",)),
    ActionSpec("attach", "Attach files", ("Ctrl+Shift+A",)),
    ActionSpec("stop", "Stop the answer", ("Esc",)),
    ActionSpec("copy_answer", "Copy the last answer", ("Ctrl+Shift+C",)),
    ActionSpec("read_answer", "Have the screen reader read what has come", ("Ctrl+Shift+R",)),
    ActionSpec("zoom_in", "Larger text", ("Ctrl++", "Ctrl+=")),
    ActionSpec("zoom_out", "Smaller text", ("Ctrl+-",)),
    ActionSpec("zoom_reset", "Text at 100 %", ("Ctrl+0",)),
    ActionSpec("settings", "Settings", ("Ctrl+,",)),
    ActionSpec("shortcuts", "All keys", ("Ctrl+/",)),
    ActionSpec("quit", "Quit", ("Ctrl+Q",)),
)

IN_TEXT: Final[tuple[tuple[str, str], ...]] = (
    ("Send", "Enter, or Ctrl+Enter"),
    ("New line in the message", "Shift+Enter"),
    ("Next match, previous match", "Enter, Shift+Enter, where it is looked for"),
    ("Move the conversation to the trash", "Delete, in the list"),
    ("Next turn, previous turn", "Ctrl+Down, Ctrl+Up, in the conversation"),
    ("Select text in the conversation", "Shift with the arrows, Home, End, Page Up, Page Down"),
    ("Select word by word, turn by turn", "Ctrl+Shift with the arrows, in the conversation"),
    ("Select paragraph by paragraph", "Alt+Shift+Down, Alt+Shift+Up, in the conversation"),
    ("Select all, copy", "Ctrl+A, Ctrl+C, in the conversation"),
)
"""Keys that belong to one widget."""


class Actions:
    """The actions of a window, by name."""

    def __init__(self, window: QWidget) -> None:
        self._actions: dict[str, QAction] = {}
        for spec in ACTIONS:
            action = QAction(spec.words, window)
            action.setObjectName(spec.name)
            action.setShortcuts([QKeySequence(key) for key in spec.keys])
            window.addAction(action)
            self._actions[spec.name] = action

    def __getitem__(self, name: str) -> QAction:
        return self._actions[name]

    def listed(self) -> list[tuple[str, str]]:
        """Words and keys of all actions, for the list of keys."""
        native = QKeySequence.SequenceFormat.NativeText
        listed = [
            (spec.words, ", ".join(QKeySequence(key).toString(native) for key in spec.keys))
            for spec in ACTIONS
        ]
        return [*listed, *IN_TEXT]
