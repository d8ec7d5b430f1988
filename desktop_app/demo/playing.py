"""Plays a plan: its steps become events, at the pace that was asked for."""

import asyncio
from dataclasses import dataclass
from typing import Final

from desktop_app.demo.faults import Fault
from desktop_app.demo.pieces import pieces_of, shell_of
from desktop_app.demo.runs import Run
from desktop_app.interactions.events import ApiError, Status, TextDelta
from desktop_app.interactions.steps import Step, ThoughtStep

_SLOW: Final = 5.0
_THINKING_SPEED: Final = 2.0
_PIECES_A_TURN: Final = 16
_TEXTS_BEFORE_FAULT: Final = 3


@dataclass(frozen=True)
class Plan:
    """What will happen: whole `steps`, in order, and how it ends.

    `thinking` is the number of tokens thought in all; `show_thoughts` says whether the summary is
    sent. `token` asks for a continuation.
    """

    steps: tuple[Step, ...]
    thinking: int = 0
    show_thoughts: bool = False
    status: Status = Status.COMPLETED
    token: str | None = None


class Pace:
    """Spends the time that tokens take. `tokens_per_second` of 0: as fast as possible."""

    def __init__(self, tokens_per_second: float) -> None:
        self._rate = tokens_per_second
        self._due = asyncio.get_running_loop().time()
        self._pieces = 0

    async def spend(self, count: float) -> None:
        """Wait until `count` more tokens could have been made."""
        self._pieces += 1
        if self._rate <= 0:
            if self._pieces % _PIECES_A_TURN == 0:
                await asyncio.sleep(0)  # other runs and streams want their turn
            return
        self._due += count / self._rate
        await asyncio.sleep(max(0.0, self._due - asyncio.get_running_loop().time()))


async def play(run: Run, plan: Plan, fault: Fault, tokens_per_second: float) -> None:
    """Make the events of a run. When it is cancelled, the run ends as `cancelled`."""
    pace = Pace(_SLOW if fault.slow else tokens_per_second)
    try:
        if fault.error is not None and fault.at_once:
            run.fail(fault.error)
            return
        run.begin()
        texts = 0
        for step in plan.steps:
            texts = await _play_step(run, step, plan, pace, fault, texts)
            if run.ended:
                return
        if fault.error is not None:
            run.fail(fault.error)
        else:
            run.end(plan.status, plan.token)
    except asyncio.CancelledError:
        run.end(Status.CANCELLED)
        raise
    finally:
        if not run.ended:  # a fault of this server: nobody shall wait for it
            run.fail(ApiError("api_error", "The demo server failed."))


async def _play_step(run: Run, step: Step, plan: Plan, pace: Pace, fault: Fault, texts: int) -> int:
    run.start_step(step, shell_of(step))
    if isinstance(step, ThoughtStep):
        await _think(run, step, plan, pace)
        return texts
    for piece in pieces_of(step):
        await pace.spend(piece.tokens)
        run.add(piece)
        texts += isinstance(piece.delta, TextDelta)
        if texts == _TEXTS_BEFORE_FAULT:
            if fault.error is not None:
                run.fail(fault.error)
                return texts
            if (fault.cut or fault.stall) and run.fault_at is None:
                run.fault_at = run.recorded
    run.stop_step(step)
    return texts


async def _think(run: Run, step: ThoughtStep, plan: Plan, pace: Pace) -> None:
    """Take the time of thinking, twice as fast as writing, whether it is shown or not."""
    run.think(plan.thinking)
    if not plan.show_thoughts:
        await pace.spend(plan.thinking / _THINKING_SPEED)
        step = ThoughtStep(signature=step.signature)
    for piece in pieces_of(step):
        await pace.spend(piece.tokens / _THINKING_SPEED)
        run.add(piece)
    run.stop_step(step)
