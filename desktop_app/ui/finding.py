"""Find in conversation: the bar asks, the transcript shows, the session reads."""

from typing import Final

from PySide6.QtCore import QMetaObject, QObject

from desktop_app.chat.session import ChatSession
from desktop_app.interactions.interaction import Interaction
from desktop_app.ui.actions import Actions
from desktop_app.ui.find_bar import HEIGHT, FindBar
from desktop_app.ui.transcript.find import Query
from desktop_app.ui.transcript.finder import Finder
from desktop_app.ui.transcript.found_turns import FoundTurns
from desktop_app.ui.transcript.transcript import Transcript
from desktop_app.ui.transcript.turn_parts import Spot

_AROUND: Final = 12


class Finding(QObject):
    """Binds the bar to the transcript, and to the session that it shows."""

    def __init__(self, bar: FindBar, transcript: Transcript, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._transcript = transcript
        self._turns = FoundTurns(transcript)
        self.finder = Finder(self._turns, self)
        self._session: ChatSession | None = None
        self._connections: list[QMetaObject.Connection] = []
        bar.query_changed.connect(self._find)
        bar.stepped.connect(self.step)
        bar.closed.connect(self._end)
        self.finder.told.connect(self._tell)
        self.finder.arrived.connect(bar.say)
        transcript.views_changed.connect(self.finder.follow)

    # --- the session --------------------------------------------------------------------------

    def show(self, session: ChatSession) -> None:
        """The transcript shows the turns of a session now."""
        self.leave()
        self._session = session
        self.finder.set_texts(session.search)
        self._connections = [
            session.turn_added.connect(self._follow),
            session.turn_replaced.connect(self._replace),
            session.step_changed.connect(self._grow),
            session.turn_changed.connect(self._grow),
        ]
        self.finder.begin_anew()

    def leave(self) -> None:
        """The session is shown no more."""
        for connection in self._connections:
            QObject.disconnect(connection)
        self._connections.clear()
        self.finder.set_texts(None)
        self._turns.forget()
        self._session = None

    def _follow(self, _turn: Interaction) -> None:
        self.finder.follow()

    def _replace(self, _key: str, _turn: Interaction) -> None:
        self.finder.forget_from(len(self._turns) - 1)
        self.finder.follow()

    def _grow(self, turn: Interaction, _position: int = 0) -> None:
        path = self._transcript.column.path
        number = path.number_of(turn.key)
        if number is not None:
            self.finder.note_growth(number)

    def listen(self, keyboard: Actions) -> None:
        """Do what the keys of the window ask for."""
        keyboard["find"].triggered.connect(self.open)
        keyboard["find_next"].triggered.connect(self._step_on)
        keyboard["find_previous"].triggered.connect(self._step_back)

    # --- the person ---------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether the bar is there."""
        return not self._bar.isHidden()

    def open(self) -> None:
        """Ask for words; those of the last search are selected."""
        if not self._transcript.isHidden():
            self._transcript.set_room_above(HEIGHT + _AROUND)
            self._bar.open_search()

    def close(self) -> None:
        """Look for nothing any more."""
        self._bar.close_search()

    def step(self, step: int) -> None:
        """Go to the next match, for 1, or to the one before, for -1."""
        if self.is_open:
            self.finder.step(step)
        else:
            self.open()

    def _step_on(self) -> None:
        self.step(1)

    def _step_back(self) -> None:
        self.step(-1)

    def _find(self, query: Query) -> None:
        self.finder.begin(query)

    def _end(self) -> None:
        """Close, with the present match selected: it may be copied, or gone on from."""
        if (current := self.finder.current) is not None:
            number, match = current
            key = self._turns.key(number)
            selecting = self._transcript.selecting
            selecting.selection.begin(Spot(key, match.part, match.block, match.begin))
            selecting.selection.extend_to(Spot(key, match.part, match.block, match.end))
            selecting.show()
        self.finder.end()
        self._turns.forget()
        self._transcript.set_room_above(0)
        self._transcript.setFocus()

    def _tell(self, words: str, can_step: bool) -> None:
        self._bar.show_words(words, can_step=can_step)
