"""Takes an answer up again that is known to the server: follows its stream, or asks how it stands.

The order is the one that the specification calls safe (section 7): ask once; what has ended is
taken whole; what still runs is followed from the last event on; where it cannot be followed, it is
asked for again and again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from desktop_app.chat.connection import Connection
from desktop_app.gemini import errors
from desktop_app.interactions.events import InteractionSnapshot, Status
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.outcome import Outcome

if TYPE_CHECKING:
    from desktop_app.gemini.client import GeminiClient, Stream

WAITS: Final = (0.3, 1.0, 3.0)
"""Seconds before each try; it is given up when all have failed one after the other."""

PATIENT_WAITS: Final = (*WAITS, 10.0, 30.0)
"""What runs in the background loses nothing while the network is away, and after a sleep of the
computer that takes its time.
"""

POLL_SECONDS: Final = (5.0, 10.0)
"""The first pause between two questions, and every other one (specification, section 7)."""

MOST_POLLS: Final = 18
"""How often it is asked how an answer in the foreground stands, which nobody may be working on."""

RUNNING: Final = frozenset({Status.IN_PROGRESS, Status.QUEUED})

_WITHOUT_A_REST: Final = frozenset({Status.FAILED, Status.CANCELLED})
"""What has ended so gives nothing more, whether the server tells what it had given or not."""


def words_for(status: str | None) -> str:
    """What an answer that is not ended waits for."""
    if status == Status.QUEUED:
        return "Waiting in the server’s queue …"
    return "The server is working on the answer …"


class TakingUp:
    """One attempt at the answer of a turn whose id is known.

    `listen` is given a stream of events, `take` the interaction as it is at the server, `show`
    words for what is waited for. `patient`: the network may take a while to come back. `error` is
    why it came to nothing.
    """

    def __init__(
        self,
        turn: Interaction,
        connection: Connection,
        *,
        listen: Callable[["Stream"], Awaitable[None]],
        take: Callable[[InteractionSnapshot], None],
        show: Callable[[str], None],
        patient: bool = False,
    ) -> None:
        self._turn = turn
        self._connection = connection
        self._listen = listen
        self._take = take
        self._show = show
        self._patient = patient or bool(turn.request.background)
        self._can_follow = True
        self._polls = 0
        self.error: errors.GeminiError | None = None

    async def run(self) -> bool:
        """Go on until the answer has ended; `False` where the server cannot be reached, or does
        not have it.
        """
        background = bool(self._turn.request.background)
        waits = PATIENT_WAITS if self._patient else WAITS
        failed = 0
        while failed < len(waits) and (background or self._polls < MOST_POLLS):
            await asyncio.sleep(waits[failed])
            try:
                if await self._look():
                    return True
            except (
                errors.ConnectionFailed,
                errors.ProtocolError,
                errors.Overloaded,
                errors.RateLimited,
                errors.ServerError,
            ) as error:
                self.error = error
                failed += 1
            except errors.GeminiError as error:
                self.error = error
                return False
            else:
                failed = 0
        return False

    async def _look(self) -> bool:
        """Ask how the answer stands, and go on with it; say whether it has ended."""
        turn = self._turn
        assert turn.id is not None
        client = self._connection.client_of(turn.origin)
        snapshot = await client.get(turn.id)
        status = snapshot.interaction.status
        told = bool(snapshot.steps) or not turn.has_output or status in _WITHOUT_A_REST
        if status not in RUNNING and told:
            self._take(snapshot)
            return True
        self._show(words_for(status))
        if self._can_follow and turn.can_be_followed:
            self._can_follow = await self._follow(client, turn.id)
        elif status not in RUNNING:
            raise errors.InteractionFailed(
                "The answer has ended at the server, which does not give the rest of it."
            )
        else:
            self._take(snapshot)
            self._show(words_for(status))
            await asyncio.sleep(POLL_SECONDS[min(self._polls, len(POLL_SECONDS) - 1)])
            self._polls += 1
        return turn.outcome is not Outcome.STREAMING or turn.awaits_rest

    async def _follow(self, client: "GeminiClient", interaction_id: str) -> bool:
        """Follow the stream from the last event on; say whether that is worth another try."""
        before = self._turn.last_event_id
        try:
            await self._listen(client.resume(interaction_id, before))
        except errors.StatusError:
            return False
        except errors.ConnectionFailed:
            return self._turn.last_event_id != before
        return False
