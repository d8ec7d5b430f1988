"""Colours code, and loads the lexers for it beside the window."""

from threading import Thread
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app.markdown.highlight import Coloured, highlight, load_lexer

_LOOK_MS: Final = 50
_COMMON: Final = ("python", "bash", "javascript", "json", "html", "css", "sql", "typescript")


class Colouring(QObject):
    """Gives code its colours: `at_once`, or as soon as the language's lexer is there.

    The first use of a lexer takes 100 ms, which no first paint and no scrolling waits for. It is
    loaded in a thread; until then the code stands where it will stand, in the colour of text.
    """

    loaded = Signal(str)
    """Code in this language can be coloured now."""

    def __init__(self, *, at_once: bool = True, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._at_once = at_once
        self._loaded: set[str] = set()
        self._wanted: list[str] = []
        self._thread: Thread | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._look)

    def colour(self, text: str, language: str) -> list[Coloured]:
        """Colour code, or leave it plain until `loaded` says its language."""
        return highlight(text, language) if self.is_ready(language) else [Coloured(text, "c_text")]

    def is_ready(self, language: str) -> bool:
        """Whether code in a language can be coloured at once; else `loaded` will say so."""
        if self._at_once or not language or language in self._loaded:
            return True
        if language not in self._wanted:
            self._wanted.append(language)
            self._timer.start()
        return False

    def warm_up(self) -> None:
        """Load what answers are most often written in, while nothing else is to be done."""
        for language in _COMMON:
            self.is_ready(language)

    def _look(self) -> None:
        """Note what has been loaded, and load the next: one at a time, none before a paint."""
        if self._thread is not None:
            if self._thread.is_alive():
                return
            self._thread = None
            language = self._wanted.pop(0)
            self._loaded.add(language)
            self.loaded.emit(language)
        if self._wanted:
            self._thread = Thread(
                target=load_lexer, args=(self._wanted[0],), name="lexer", daemon=True
            )
            self._thread.start()
        else:
            self._timer.stop()
