"""Shows one session in the pane: what it says goes to the widgets, what they say to it."""

from typing import Final

from PySide6.QtCore import QMetaObject, QObject, Signal, SignalInstance

from desktop_app.chat.attaching import Attachments, Copying, Refusal
from desktop_app.chat.pause import Pause
from desktop_app.chat.preferences import Preferences
from desktop_app.chat.session import ChatSession
from desktop_app.errors import AppError
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome
from desktop_app.ui.announcing import ReadingOut, announce, words_of_end, words_of_pause
from desktop_app.ui.chat_pane import ChatPane, Shown
from desktop_app.ui.finding import Finding

_NOTHING: Final = (
    "Google keeps nothing of this conversation; it is kept on this computer only. "
    "Each message sends the whole conversation again."
)
_NOTHING_NEW: Final = (
    "Google keeps nothing more of this conversation. What was said while it was kept there is "
    "still stored; deleting the conversation for good deletes that too."
)


class SessionView(QObject):
    """Binds the pane to the session that is on screen, and to one at a time."""

    key_needed = Signal()
    """Something was to be sent, and there is no key."""

    key_refused = Signal(object, str)
    """The server did not take the key: the `Interaction`, and the server's sentence."""

    def __init__(
        self,
        pane: ChatPane,
        preferences: Preferences,
        attachments: Attachments,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._preferences = preferences
        self._attachments = attachments
        self._session: ChatSession | None = None
        self._connections: list[QMetaObject.Connection] = []
        self._waits_for_key = False
        self.finding = Finding(pane.find_bar, pane.transcript, self)
        self._reading = ReadingOut()
        self._live = ""  # the key of the turn whose end is to be announced
        self._announced: set[str] = set()  # those of the turns whose pauses have been
        self._connect_pane()

    @property
    def session(self) -> ChatSession | None:
        """The session that is shown."""
        return self._session

    @property
    def is_answering(self) -> bool:
        """Whether an answer is coming in."""
        return self._session is not None and self._session.running_turn is not None

    def _connect_pane(self) -> None:
        composer, transcript, header = self._pane.composer, self._pane.transcript, self._pane.header
        composer.submitted.connect(self._submit)
        composer.stopped.connect(self.stop)
        composer.draft_changed.connect(self._write_draft)
        composer.detached.connect(self._detach)
        composer.model_chosen.connect(self._choose_model)
        transcript.retry.connect(self.retry)
        transcript.resume.connect(self._resume)
        transcript.refuse.connect(self._refuse)
        transcript.hurried.connect(self._hurry)
        transcript.withdrawn.connect(self._withdraw)
        transcript.place_changed.connect(self._keep_place)
        header.rename_requested.connect(self._rename)
        attachments = self._attachments
        attachments.refused.connect(self._show_refusal)
        attachments.attached.connect(self._tell_attached)
        attachments.working_changed.connect(self._show_working)
        attachments.copying_changed.connect(self._show_copying)
        attachments.uploads.progressed.connect(transcript.show_upload)
        attachments.thumbnail_ready.connect(transcript.show_thumbnail)
        attachments.thumbnail_ready.connect(composer.strip.show_thumbnail)
        self._preferences.models_changed.connect(self.show_model)
        self._preferences.changed.connect(self.show_model)
        self._preferences.key_changed.connect(self.show_part)
        self._preferences.changed.connect(self._show_badge)
        for changed in (self._preferences.networking.changed, self._preferences.key_changed):
            changed.connect(self._show_own_ca)
        self._preferences.key_changed.connect(self._submit_what_waited)

    # --- showing ------------------------------------------------------------------------------

    def show(self, session: ChatSession) -> None:
        """Show a session in the place of the one before."""
        if session is self._session:
            self._focus()
            return
        self.leave()
        self._session = session
        for signal, slot in (
            (session.turn_added, self._add_turn),
            (session.turn_replaced, self._replace_turn),
            (session.step_changed, self._pane.transcript.mark_dirty),
            (session.turn_changed, self._update_turn),
            (session.turn_removed, self._remove_turn),
            (session.waiting_changed, self._pane.transcript.set_waiting),
            (session.pause_changed, self._show_pause),
            (session.busy_changed, self._show_busy),
            (session.row_changed, self._show_title),
            (session.attachments_changed, self._show_attachments),
            (session.send_refused, self._keep_text),
            (session.key_refused, self.key_refused),
        ):
            self._bind(signal, slot)
        self._show_turns(session)
        self.finding.show(session)
        self._pane.composer.show_draft(session.draft.text, session.draft.attachments)
        self._pane.composer.set_working(self._attachments.working(session.key))
        self._pane.composer.set_copying(None)
        self._show_busy(session.busy)
        self._show_title()
        self.show_model()
        self.show_part()
        self._focus()

    def _show_turns(self, session: ChatSession) -> None:
        """Open the conversation where the reader was; at its end, where there is something new."""
        transcript, turns, reading = self._pane.transcript, session.turns, session.reading
        unread = session.row is not None and session.row.unread
        transcript.set_turns(
            turns,
            keys=turns.keys,
            sizes=turns.sizes,
            heights=reading.heights(*transcript.width_and_zoom),
            place=None if unread else reading.place,
            read=session.conversation.shown,
        )
        running = session.running_turn
        for key in [*session.queue.keys, *([running.key] if running is not None else [])]:
            transcript.show_pause(session.conversation.shown(key), session.pause(key))

    def _keep_place(self) -> None:
        if self._session is not None:
            self._session.reading.keep_place(self._pane.transcript.place)

    def _keep_reading(self, session: ChatSession) -> None:
        transcript = self._pane.transcript
        session.reading.keep_place(transcript.place)
        if measured := transcript.take_measured():
            session.reading.keep_heights(*transcript.width_and_zoom, measured)
        session.reading.flush()

    def _bind(self, signal: SignalInstance, slot: object) -> None:
        self._connections.append(signal.connect(slot))  # type: ignore[arg-type]

    def leave(self) -> None:
        """Keep what is being written and the reader's place, and listen to the session no more."""
        if self._session is not None:
            self._pane.composer.flush_draft()
            self._keep_reading(self._session)
            self._pane.header.finish_renaming()
            for connection in self._connections:
                QObject.disconnect(connection)
            self.finding.leave()
        self._connections.clear()
        self._session = None
        self._waits_for_key = False

    def show_part(self) -> None:
        """Show the turns; where there are none, what to begin with."""
        session = self._session
        preferences = self._preferences
        if session is not None and session.turns:
            part = Shown.TRANSCRIPT
        elif preferences.has_key or not preferences.key_known:
            part = Shown.EMPTY
        else:
            part = Shown.WELCOME
        self._pane.welcome.show_keeping(keeps=preferences.keeps_keys)
        if part is not self._pane.shown:
            self._pane.show_part(part)
            self._focus()
        self._show_title()

    def _focus(self) -> None:
        welcome = self._pane.shown is Shown.WELCOME
        (self._pane.welcome.field if welcome else self._pane.composer).setFocus()

    def show_model(self) -> None:
        """Show the model that the next turn is for."""
        if self._session is not None:
            preferences = self._preferences
            model = preferences.model(self._session.model)
            level = self._session.thinking_level
            self._pane.composer.set_model(preferences.models, model, level)

    def _show_title(self) -> None:
        session = self._session
        if session is None:
            return
        turns = bool(session.turns)
        title = session.title if self._pane.shown is not Shown.WELCOME else ""
        self._pane.header.show_title(title, conversation=turns)
        self._show_tokens()
        self._show_badge()

    def _show_tokens(self) -> None:
        session = self._session
        self._pane.header.show_tokens(0 if session is None else session.conversation.tokens)

    def _show_badge(self) -> None:
        """Say in the header that Google keeps nothing, or nothing new, of the conversation."""
        session = self._session
        welcome = self._pane.shown is Shown.WELCOME
        if session is None or welcome or self._preferences.settings.store:
            self._pane.header.show_badge("", "")
        elif session.conversation.is_stored:
            self._pane.header.show_badge("Nothing new stored at Google", _NOTHING_NEW)
        else:
            self._pane.header.show_badge("Not stored at Google", _NOTHING)

    def _show_own_ca(self) -> None:
        self._pane.header.show_own_ca(self._preferences.own_ca)

    def _show_busy(self, busy: bool) -> None:
        session = self._session
        answering = session is not None and session.running_turn is not None
        self._pane.composer.set_busy(busy and answering)
        self._pane.composer.set_writable(not busy or answering)

    def _show_attachments(self) -> None:
        if self._session is not None:
            self._pane.composer.set_attachments(self._session.draft.attachments)

    # --- turns --------------------------------------------------------------------------------

    def _add_turn(self, turn: Interaction) -> None:
        if turn.input:  # what stands in the composer is not in the answer to a call
            self._pane.composer.clear()
        self._pane.transcript.add_turn(turn)
        self.show_part()

    def _replace_turn(self, key: str, turn: Interaction) -> None:
        self._pane.transcript.replace_turn(key, turn)

    def _remove_turn(self, key: str) -> None:
        """Put what was called off into the composer again."""
        session = self._session
        if session is not None:
            self._pane.transcript.remove_turn(key)
            self._pane.composer.show_draft(session.draft.text, session.draft.attachments)
            self.show_part()
            self._focus()

    def _show_pause(self, turn: Interaction, pause: Pause | None) -> None:
        self._pane.transcript.show_pause(turn, pause)
        if pause is None:
            self._announced.discard(turn.key)
        elif turn.key not in self._announced:  # each wait is said once, whatever is counted
            self._announced.add(turn.key)
            announce(self._pane.transcript, words_of_pause(pause))

    def _update_turn(self, turn: Interaction) -> None:
        self._pane.transcript.update_turn(turn)
        self._show_tokens()
        if turn.outcome is Outcome.STREAMING:
            self._live = turn.key
        elif turn.key == self._live:
            self._live = ""
            if turn.outcome is Outcome.WAITING:
                return  # what it waits for is said
            announce(self._pane.transcript, words_of_end(turn))

    def _keep_text(self, error: AppError) -> None:
        self._pane.composer.show_refusal(Refusal("Your message was not sent", str(error)))

    # --- what the person does -----------------------------------------------------------------

    def _submit(self, text: str) -> None:
        if self._preferences.has_key:
            if self._session is not None:
                self._session.send(text)
            return
        self._write_draft(text)
        if self._preferences.key_known:
            self.key_needed.emit()
        else:
            self._waits_for_key = True  # who starts Castor and types at once is faster than it

    def _submit_what_waited(self) -> None:
        if self._waits_for_key and self._preferences.key_known:
            self._waits_for_key = False
            self._pane.composer.submit()

    def stop(self) -> None:
        """Stop the answer that is coming in."""
        session = self._session
        if session is None:
            return
        turn = session.running_turn
        if turn is not None and session.pause(turn.key) is not None:
            self._withdraw(turn.key)
        else:
            session.stop()

    def _hurry(self, key: str) -> None:
        if self._session is not None:
            self._session.hurry(key)

    def _withdraw(self, key: str) -> None:
        if self._session is not None:
            self._pane.composer.flush_draft()  # only an empty one takes it back
            self._session.withdraw(key)

    def read_answer(self) -> None:
        """Have a screen reader say what has come of the last answer since this was asked last."""
        turns = self._session.turns if self._session is not None else ()
        words = self._reading.words(turns[-1]) if turns else "There is no answer yet."
        announce(self._pane.transcript, words)

    def retry(self, key: str) -> None:
        """Ask a turn again, where it is the last one here."""
        session = self._session
        if session is not None and key in session.conversation:
            session.retry(key)

    def _resume(self, key: str) -> None:
        if self._session is not None:
            self._session.resume(key)

    def _refuse(self, key: str) -> None:
        if self._session is not None:
            self._session.refuse(key)

    def _rename(self, title: str) -> None:
        if self._session is not None:
            self._session.rename(title)

    def _write_draft(self, text: str) -> None:
        if self._session is not None:
            self._session.write_draft(text)

    def _detach(self, sha256: str) -> None:
        if self._session is not None:
            self._session.detach(sha256)

    def _choose_model(self, model: str, level: str | None) -> None:
        if self._session is not None:
            self._session.choose_model(model, level)
            self.show_model()

    def _show_refusal(self, key: str, refusal: Refusal) -> None:
        if self._session is not None and key == self._session.key:
            self._pane.composer.show_refusal(refusal)
            words = f"{refusal.name} was not attached: {refusal.reason}."
            announce(self._pane.composer, words)

    def _tell_attached(self, key: str, attachment: AttachmentContent) -> None:
        if self._session is not None and key == self._session.key:
            announce(self._pane.composer, f"{attachment.name} is attached.")

    def _show_working(self, key: str, count: int) -> None:
        if self._session is not None and key == self._session.key:
            self._pane.composer.set_working(count)

    def _show_copying(self, key: str, copying: Copying | None) -> None:
        if self._session is not None and key == self._session.key:
            self._pane.composer.set_copying(copying)
