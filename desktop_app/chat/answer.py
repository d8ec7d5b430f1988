"""Gets the answer of one turn: asks, folds, takes a broken stream up again, and ends.

However it goes, the turn ends in exactly one outcome, and what had come is kept.
"""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from desktop_app.chat.asking import (
    failure_of,
    failure_of_answer,
    with_context,
    without_what_was_refused,
)
from desktop_app.chat.connection import Connection
from desktop_app.chat.saving import TurnSaver
from desktop_app.chat.uploading import explain_type, names_a_file
from desktop_app.gemini import errors
from desktop_app.interactions.conversation import Context, Conversation
from desktop_app.interactions.events import (
    ErrorEvent,
    InteractionCreated,
    Status,
    StepStop,
)
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome

if TYPE_CHECKING:
    from desktop_app.gemini.client import Events
    from desktop_app.gemini.retry import RetryScheduled

STILL_WAITING_SECONDS: Final = 20.0
_WATCH_SECONDS: Final = 1.0
_TAKE_UP_WAITS: Final = (0.3, 1.0, 3.0)
"""Seconds before each try to take a broken stream up again."""


class Answer:
    """One run for the answer of a turn.

    `step_changed` is called with a position whenever a step has grown, `waiting` with words while
    nothing comes and with "" when something does, `say` with a sentence for the notice bar.
    """

    def __init__(
        self,
        turn: Interaction,
        conversation: Conversation,
        connection: Connection,
        saver: TurnSaver,
        *,
        step_changed: Callable[[int], None],
        turn_changed: Callable[[], None],
        waiting: Callable[[str], None],
        say: Callable[[str], None],
        expired: Callable[[list[Interaction]], None],
    ) -> None:
        self._turn = turn
        self._conversation = conversation
        self._connection = connection
        self._saver = saver
        self._step_changed = step_changed
        self._turn_changed = turn_changed
        self._waiting = waiting
        self._say = say
        self._expired = expired
        self._last_event = 0.0
        self._words = ""
        self.error: errors.GeminiError | None = None

    async def run(self, *, resume: bool = False) -> None:
        """Get the answer, or go on with a broken one. Raises nothing but cancellation."""
        watch = asyncio.get_running_loop().create_task(self._watch(), name="watch")
        try:
            if resume:
                await self._resume()
            else:
                await self._ask()
        except asyncio.CancelledError:
            self._turn.cancel()
            raise
        except errors.GeminiError as error:
            self._fail(error)
        finally:
            watch.cancel()
            self._show_waiting("")
            self._saver.touch_all()
            self._saver.flush()

    # --- asking -------------------------------------------------------------------------------

    async def _ask(self) -> None:
        turn = self._turn
        context = self._context()
        uploads, looked = self._connection.uploads, False
        while True:
            request = with_context(turn.request, context, turn.input)
            client = self._connection.client
            try:
                ready = await uploads.prepare(request, client, self._show_waiting)
                self._last_event = asyncio.get_running_loop().time()
                async with client.stream(ready, self._show_retry) as events:
                    await self._fold(events)
                return
            except errors.ModelNotFound:
                raise
            except (errors.NotFound, errors.PermissionDenied) as error:
                if not looked and await uploads.forget_lost(request, client):
                    looked = True
                    continue
                lost = isinstance(error, errors.NotFound) or names_a_file(error)
                if context.previous_interaction_id is None or not lost:
                    raise
                context = self._step_back()
            except errors.InvalidRequest as error:
                changed = without_what_was_refused(turn.request, error)
                if changed is None:
                    raise explain_type(error) from error
                turn.request, sentence = changed
                self._say(sentence)
            except errors.ConnectionFailed as error:
                if not await self._take_up(error):
                    raise
                return

    def _context(self) -> Context:
        turn = self._turn
        context = self._conversation.context(turn.previous, origin=turn.origin, store=turn.stored)
        if context.rebuilt:
            self._say("The server does not have this conversation; it was sent from your copy.")
        return context

    def _step_back(self) -> Context:
        """Forget the server's copy: the local one is the truth, and goes along from now on."""
        path = self._conversation.path(self._turn.previous) if self._turn.previous else []
        for earlier in path:
            earlier.expired = True
        self._expired(path)
        return self._context()

    # --- folding ------------------------------------------------------------------------------

    async def _fold(self, events: "Events") -> None:
        turn = self._turn
        async for event in events:
            self._last_event = asyncio.get_running_loop().time()
            if self._words:
                self._show_waiting("")
            if isinstance(event, ErrorEvent) and not turn.has_output:
                raise error_of_event(event)  # as if it had come instead of a stream
            position = turn.apply(event)
            if position is not None:
                self._step_changed(position)
            self._saver.touch(position)
            if isinstance(event, StepStop):
                self._saver.flush()
            elif isinstance(event, InteractionCreated):
                self._saver.flush()  # the id is what a broken stream is taken up again by
                self._turn_changed()
        self._explain()

    def _explain(self) -> None:
        """Put an end that is no good end into words."""
        turn = self._turn
        if turn.outcome is Outcome.FAILED:
            error = error_of_event(turn.error) if turn.error is not None else None
            turn.explain(failure_of(error) if error else failure_of_answer(turn))
            self.error = error

    # --- when it breaks -----------------------------------------------------------------------

    async def _resume(self) -> None:
        error = errors.StreamBroken(
            "The answer could not be continued.", "What came is kept.", code="not_resumed"
        )
        if not await self._take_up(error):
            raise error

    async def _take_up(self, error: errors.ConnectionFailed) -> bool:
        """Ask the server what became of the answer, and go on with it (section 7).

        `False` where it cannot say, or nothing had begun.
        """
        turn = self._turn
        if turn.id is None or not turn.stored or isinstance(error, errors.CertificateNotTrusted):
            return False
        client = self._connection.client
        for wait in _TAKE_UP_WAITS:
            self._show_waiting("The connection was lost. Trying again …")
            await asyncio.sleep(wait)
            try:
                snapshot = await client.get(turn.id)
                if snapshot.interaction.status not in (Status.IN_PROGRESS, Status.QUEUED):
                    turn.apply(snapshot)
                    self._explain()
                    return True
                async with client.resume(turn.id, turn.last_event_id) as events:
                    await self._fold(events)
                return True
            except errors.StatusError:
                return False
            except errors.GeminiError:
                continue
        return False

    def _fail(self, error: errors.GeminiError) -> None:
        self.error = error
        turn = self._turn
        begun = turn.id is not None or turn.has_output
        broken = isinstance(error, errors.ConnectionFailed | errors.ProtocolError)
        turn.fail(failure_of(error, turn), interrupted=begun and broken)

    # --- while nothing comes ------------------------------------------------------------------

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        self._last_event = loop.time()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if not self._words and loop.time() - self._last_event > STILL_WAITING_SECONDS:
                self._show_waiting("Still waiting for the server …")

    def _show_retry(self, retry: "RetryScheduled") -> None:
        sentence = str(retry.error).rstrip(".")
        self._show_waiting(f"{sentence}. Trying again in {max(1, round(retry.seconds))} s …")

    def _show_waiting(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self._waiting(words)


def error_of_event(event: ErrorEvent) -> errors.GeminiError:
    """The exception for an error inside a stream."""
    from desktop_app.gemini.error_body import ErrorInfo, make_error

    return make_error(ErrorInfo(event.error.code, event.error.message), None)
