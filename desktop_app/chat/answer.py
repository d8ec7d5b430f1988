"""Gets the answer of one turn: asks, folds, takes a broken stream up again, and ends.

However it goes, the turn ends in exactly one outcome, and what had come is kept.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from desktop_app import faultpoints
from desktop_app.chat.asking import (
    damage_of,
    failure_of,
    failure_of_answer,
    for_the_rest,
    with_context,
    without_what_was_refused,
)
from desktop_app.chat.connection import Connection
from desktop_app.chat.pause import Pause
from desktop_app.chat.retrying import Retrying
from desktop_app.chat.saving import TurnSaver
from desktop_app.chat.taking_up import TakingUp, words_for
from desktop_app.chat.uploading import explain_type, names_a_file
from desktop_app.chat.watching import Watch
from desktop_app.gemini import errors
from desktop_app.interactions.context import Context
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.events import (
    ErrorEvent,
    Event,
    InteractionCreated,
    InteractionSnapshot,
    InteractionStatusUpdate,
    Status,
    StepStop,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.store.errors import StoreError

if TYPE_CHECKING:
    from desktop_app.gemini.client import Events, GeminiClient, Stream

MOST_REQUESTS: Final = 32
"""An answer is not followed over more requests than this; each is billed for the whole input."""

_MOST_REPEATS: Final = 3
"""How often the rest is asked for again that broke before anything of it had come."""

_SLICE_SECONDS: Final = 0.008
"""How long the gathering of a long conversation keeps the loop at a time."""

_MOST_DAMAGE: Final = 20

_BUG: Final = Failure("bug", "Something in Castor went wrong.", "What came is kept.")


class Answer:
    """One run for the answer of a turn.

    `step_changed` is called with a position whenever a step has grown, `waiting` with words while
    nothing comes and with "" when something does, `paused` with what stands before the next try,
    `say` with a sentence for the notice bar and what is to be copied of it, `expired` with the
    keys of turns that the server no longer has. `unsent` is why it is to be sent later.
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
        paused: Callable[[Pause | None], None],
        say: Callable[[str, str], None],
        expired: Callable[[Sequence[str]], object],
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
        self._words = ""
        self._repeats = 0
        self._watch = Watch(self._say_quiet, lambda: turn.id is not None and turn.stored)
        self._retrying = Retrying(paused, self._watch.note_life)
        self.error: errors.GeminiError | None = None
        self.unsent: errors.GeminiError | None = None

    async def run(self, *, resume: bool = False) -> None:
        """Get the answer, or go on with a broken one. Raises nothing but cancellation and bugs."""
        watch = asyncio.get_running_loop().create_task(self._watch.run(), name="watch")
        try:
            if resume:
                await self._resume()
            else:
                await self._ask()
            while self._turn.awaits_rest:
                await self._ask_for_rest()
        except asyncio.CancelledError:
            if self._turn.outcome is Outcome.STREAMING:  # it may wait to be sent later
                self._turn.cancel()
            raise
        except errors.GeminiError as error:
            self._fail(error)
        except StoreError as error:
            self._turn.fail(Failure("disk", str(error), error.advice), interrupted=self._begun)
        finally:
            if self._turn.outcome is Outcome.STREAMING:
                self._turn.fail(_BUG, interrupted=True)
            watch.cancel()
            self._retrying.end()
            self._show_waiting("")
            faultpoints.reach("answer.ended")
            self._tell_damage()
            self._saver.touch_all()
            self._saver.flush()

    # --- asking -------------------------------------------------------------------------------

    async def _ask(self) -> None:
        turn = self._turn
        context = await self._context()
        uploads, looked = self._connection.uploads, False
        while True:
            request = with_context(turn.request, context, turn)
            client = self._connection.client_of(turn.origin)
            try:
                await self._create(request, client)
                break
            except errors.ModelNotFound:
                raise
            except (errors.NotFound, errors.PermissionDenied) as error:
                if not looked and await uploads.forget_lost(request, client):
                    looked = True
                    continue
                lost = isinstance(error, errors.NotFound) or names_a_file(error)
                if context.previous_interaction_id is None or not lost:
                    raise
                context = await self._step_back()
            except errors.InvalidRequest as error:
                changed = without_what_was_refused(turn.request, error)
                if changed is None:
                    raise explain_type(error) from error
                turn.request, sentence = changed
                self._say(sentence, "")
            except errors.ConnectionFailed as error:
                await self._mend(error)
                break
        await self._await_end()

    async def _ask_for_rest(self) -> None:
        """Send the next request for an answer that the limit of one has cut."""
        turn = self._turn
        assert turn.rest is not None
        issuer, token = turn.rest
        context = await self._context()
        request = for_the_rest(with_context(turn.request, context, turn), issuer, token)
        client = self._connection.client_of(turn.origin)
        try:
            await self._create(request, client)
        except errors.ConnectionFailed as error:
            await self._mend(error)
        await self._await_end()

    async def _context(self) -> Context:
        turn = self._turn
        gathering = self._conversation.gather(
            turn.previous, origin=turn.origin, store=turn.stored, results=turn.results
        )
        clock = asyncio.get_running_loop().time
        pause = clock() + _SLICE_SECONDS
        while gathering.go_on():
            if clock() > pause:
                await asyncio.sleep(0)  # the window stays alive
                pause = clock() + _SLICE_SECONDS
        context = gathering.context()
        if context.rebuilt and not turn.hops:
            self._say("The server does not have this conversation; it was sent from your copy.", "")
        return context

    async def _step_back(self) -> Context:
        """Forget the server's copy: the local one is the truth, and goes along from now on."""
        if self._turn.previous is not None:
            self._expired(self._conversation.expire(self._turn.previous))
        return await self._context()

    # --- folding ------------------------------------------------------------------------------

    async def _create(self, request: InteractionRequest, client: "GeminiClient") -> None:
        """Ask for an answer, and fold what comes."""
        ready = await self._connection.uploads.prepare(request, client, self._show_waiting)
        self._show_waiting("")
        self._watch.note_life()
        faultpoints.reach("request.ready")
        try:
            await self._listen(client.stream(ready, self._retrying.begin))
        except errors.StatusError as error:
            if not self._turn.has_output or self._turn.awaits_rest:
                raise
            # What has begun to come is never asked for again, whatever the refusal says.
            self.error = error
            self._turn.fail(failure_of(error, self._turn))

    async def _listen(self, stream: "Stream") -> None:
        async with self._watch.over(stream) as events:
            faultpoints.reach("request.opened")
            await self._fold(events)

    async def _fold(self, events: "Events") -> None:
        begun = False
        async for event in events:
            faultpoints.reach("answer.event")
            self._watch.note_life()
            if isinstance(event, ErrorEvent):
                error = error_of_event(event)
                refused = isinstance(error, errors.StatusError) and not begun
                if refused or not self._turn.has_output:
                    raise error  # as if it had come instead of a stream
            begun = True
            if isinstance(event, InteractionSnapshot):
                self._take(event)
            else:
                self._apply(event)
        self._explain()

    def _apply(self, event: Event) -> None:
        position = self._turn.apply(event)
        if position is not None:
            self._step_changed(position)
            self._repeats = 0
        self._show_waiting(words_for(Status.QUEUED) if _waits_in_queue(event) else "")
        self._saver.touch(position)
        if isinstance(event, StepStop):
            self._saver.flush()
            faultpoints.reach("answer.step_ended")
        elif isinstance(event, InteractionCreated):
            self._saver.flush()  # the id is what a broken stream is taken up again by
            self._turn_changed()
        self._go_on()

    def _take(self, snapshot: InteractionSnapshot) -> None:
        """Take the interaction as it is at the server."""
        self._turn.apply(snapshot)
        for position in range(len(self._turn.steps)):
            self._step_changed(position)
        self._saver.touch_all()
        self._go_on()
        self._explain()

    def _go_on(self) -> None:
        """Where the limit of one request was reached, have the rest asked for, or say why not."""
        turn = self._turn
        if turn.outcome is not Outcome.NEEDS_CONTINUATION or turn.rest is None:
            return
        _, token = turn.rest
        if any(hop.header.continuation_token == token for hop in turn.hops):
            sentence = "The server did not get any further with this answer. It ends here."
            turn.explain(Failure("same_token", sentence))
        elif len(turn.hops) + 1 >= MOST_REQUESTS:
            sentence = f"The answer took {MOST_REQUESTS} requests and ends here. Ask to go on."
            turn.explain(Failure("too_many_requests_for_one_answer", sentence))
        else:
            turn.begin_rest()
            self._saver.touch_all()
            self._saver.flush()

    def _explain(self) -> None:
        """Put an end that is no good end into words."""
        turn = self._turn
        if turn.outcome is Outcome.FAILED:
            error = error_of_event(turn.error) if turn.error is not None else None
            turn.explain(failure_of(error, turn) if error else failure_of_answer(turn))
            self.error = error

    # --- when it breaks -----------------------------------------------------------------------

    async def _resume(self) -> None:
        """Go on with an answer that broke, or that the server went on with by itself."""
        self._turn.reopen()
        self._saver.flush()
        self._turn_changed()
        self._show_waiting("Asking the server for the rest of the answer …")
        if self._turn.awaits_rest:
            return  # nothing of it was begun there
        taken, error = await self._take_up()
        if not taken:
            raise self._not_continued(error) from error

    async def _mend(self, error: errors.ConnectionFailed) -> None:
        """Go on with a stream that broke, in whichever way says nothing twice. Raises `error`."""
        turn = self._turn
        self._show_waiting("The connection was lost. Trying again …")
        bad = isinstance(error, errors.CertificateNotTrusted)
        if turn.id is not None and turn.stored and not bad:
            taken, why = await self._take_up()
            if taken:
                return
            if turn.request.background and isinstance(why, errors.NotFound):
                turn.expired = True
        if turn.id is None or turn.rest is None or self._repeats >= _MOST_REPEATS:
            raise error
        self._repeats += 1
        turn.begin_rest()

    async def _await_end(self) -> None:
        """Wait for an answer that was begun without a stream to be followed."""
        turn = self._turn
        if turn.outcome is not Outcome.STREAMING or turn.awaits_rest:
            return
        self._show_waiting(words_for(turn.status))
        taken, error = (await self._take_up()) if turn.id is not None else (False, None)
        if not taken:
            raise self._not_continued(error) from error

    def _not_continued(self, error: errors.GeminiError | None) -> errors.StreamBroken:
        sentence = "The answer could not be continued."
        if isinstance(error, errors.NotFound):
            self._turn.expired = True
            sentence = "The server does not have this answer any more."
        elif error is not None:
            sentence = str(error)
        return errors.StreamBroken(sentence, "What came is kept.", code="not_resumed")

    async def _take_up(self) -> tuple[bool, errors.GeminiError | None]:
        """Ask the server what became of the answer; say whether it ended, and if not, why."""
        attempt = TakingUp(
            *(self._turn, self._connection),
            listen=self._listen,
            take=self._take,
            show=self._show_waiting,
            patient=self._watch.slept,
        )
        return await attempt.run(), attempt.error

    @property
    def _begun(self) -> bool:
        return self._turn.id is not None or self._turn.has_output

    def _fail(self, error: errors.GeminiError) -> None:
        if errors.is_unreached(error) and not self._begun and not self._turn.hops:
            self.unsent = error
            self._turn.wait()
            return
        cause = error.__cause__
        self.error = cause if isinstance(cause, errors.AuthenticationFailed) else error
        turn = self._turn
        broken = isinstance(error, errors.ConnectionFailed | errors.ProtocolError)
        lapsed = isinstance(error, errors.InvalidRequest | errors.NotFound)
        interrupted = self._begun and (broken or (turn.awaits_rest and not lapsed))
        turn.fail(failure_of(error, turn), interrupted=interrupted)

    # --- what is said on the way --------------------------------------------------------------

    def _say_quiet(self) -> None:
        if not self._words and not self._retrying.goes_on:
            self._show_waiting("Still waiting for the server …")

    def _tell_damage(self) -> None:
        damage = damage_of(self._turn)
        if damage:
            count = f"{len(damage)} part{'' if len(damage) == 1 else 's'}"
            words = f"{count} of the answer could not be read."
            self._say(words, "\n".join([words, *damage[:_MOST_DAMAGE]]))

    def hurry(self) -> None:
        """Try again now what is tried again by itself."""
        self._retrying.hurry()

    def _show_waiting(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self._waiting(words)


def error_of_event(event: ErrorEvent) -> errors.GeminiError:
    """The exception for an error inside a stream."""
    from desktop_app.gemini.error_body import ErrorInfo, make_error

    return make_error(ErrorInfo(event.error.code, event.error.message), None)


def _waits_in_queue(event: Event) -> bool:
    match event:
        case InteractionCreated(header):
            return header.status == Status.QUEUED
        case InteractionStatusUpdate(status):
            return status == Status.QUEUED
        case _:
            return False
