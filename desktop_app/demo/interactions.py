"""All interactions of this server: create, get, cancel, delete (specification, section 2)."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from desktop_app.demo import tokens
from desktop_app.demo.answering import answer
from desktop_app.demo.continuing import Continuations
from desktop_app.demo.errors import Refused
from desktop_app.demo.faults import Hiccups, fault_of
from desktop_app.demo.files import Files
from desktop_app.demo.gallery import Gallery
from desktop_app.demo.manner import read_manner
from desktop_app.demo.models import thinking_level
from desktop_app.demo.planning import make_plan
from desktop_app.demo.playing import play
from desktop_app.demo.question import Question, turns_of
from desktop_app.demo.runs import Run
from desktop_app.demo.seals import Seals
from desktop_app.demo.shelf import Shelf
from desktop_app.demo.tooling import UNASKED_TOOLS
from desktop_app.demo.validation import check_calls, check_signatures, read_request
from desktop_app.interactions.content import (
    AttachmentContent,
    Content,
    MediaContent,
    TextContent,
    UnknownContent,
)
from desktop_app.interactions.events import Status
from desktop_app.interactions.generation import Input, InteractionRequest
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import FunctionCallStep, Step, UserInputStep

_MOST_STORED: Final = 1000
_MOST_MEDIA: Final = 512 << 20


class Interactions:
    """Keeps the runs by their ids, in memory only: the newest thousand, and no more of them than
    have half a gigabyte of attachments together.
    """

    def __init__(self, seals: Seals, tokens_per_second: float, files: Files) -> None:
        self._seals = seals
        self._tokens_per_second = tokens_per_second
        self._stored: OrderedDict[str, Run] = OrderedDict()
        self._continuations = Continuations(seals)
        self._hiccups = Hiccups()
        self._files = files
        self._gallery = Gallery(files)
        self._shelf = Shelf(files)
        self._tasks: set[asyncio.Task[None]] = set()

    async def create(self, body: JsonValue, key: str) -> Run:
        """Begin an interaction and return its run. Raises `Refused`."""
        request = read_request(body)
        self._hiccups.check(request.model, key)
        asked = steps_of(request.input)
        self._files.check(asked, key)
        conversation = (*self._before(request), *asked)
        check_calls(conversation)
        if request.store is False:
            check_signatures(request.model or "", conversation, self._seals)
        rest = self._continuations.find(request, asked)
        question = self._question(request, conversation)
        question = replace(
            question,
            pictures=await self._gallery.look_at(conversation, key),
            readings=await self._shelf.read(conversation, key),
        )
        run = Run(request, asked, tokens.of_input(request, conversation), self._seals)
        fault = fault_of(request.model)
        if rest is None:
            made = answer(question, run.id)
            plan = make_plan(made, request, fault, run.initial_tokens)
            if fault.continues and plan.status is Status.COMPLETED:
                plan = self._continuations.split(plan, run, asked)
        else:
            plan = self._continuations.next_hop(rest, run.id)
            run.initial_tokens = rest.initial_tokens
        run.task = asyncio.create_task(play(run, plan, fault, self._tokens_per_second))
        self._tasks.add(run.task)
        run.task.add_done_callback(self._tasks.discard)
        if run.stored:
            self._keep(run)
        return run

    def get(self, interaction_id: str) -> Run:
        """Find a stored interaction. Raises `Refused`."""
        run = self._stored.get(interaction_id)
        if run is None:
            raise Refused(404, "not_found", f"There is no interaction '{interaction_id[:80]}'.")
        return run

    async def delete(self, interaction_id: str) -> None:
        """Forget an interaction; one that runs is stopped. Raises `Refused`."""
        run = self.get(interaction_id)
        del self._stored[interaction_id]
        await run.cancel()

    async def cancel(self, interaction_id: str) -> Run:
        """Stop an interaction that runs in the background. Raises `Refused`.

        One that has ended stays as it is.
        """
        run = self.get(interaction_id)
        if not run.request.background:
            raise Refused(
                400, "failed_precondition", "Only interactions in the background can be cancelled."
            )
        await run.cancel()
        return run

    async def close(self) -> None:
        """Stop everything that runs."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    # --- what came before ---------------------------------------------------------------------

    def _before(self, request: InteractionRequest) -> tuple[Step, ...]:
        """Collect the inputs and outputs of the chain that a request goes on with (section 8)."""
        chain: list[Run] = []
        previous = request.previous_interaction_id
        if previous is not None and not self.get(previous).ended:
            raise Refused(
                400, "failed_precondition", "The previous interaction is still in progress."
            )
        while previous is not None:
            run = self._stored.get(previous)
            if run is None:
                break  # forgotten since: what follows it stays
            chain.append(run)
            previous = run.request.previous_interaction_id
        return tuple(step for run in reversed(chain) for step in (*run.input, *_said(run)))

    def _question(self, request: InteractionRequest, conversation: Sequence[Step]) -> Question:
        config = request.generation_config
        model = request.model or ""
        unasked = UNASKED_TOOLS.get(model)
        return Question(
            turns_of(conversation),
            self._seals,
            read_manner(request.system_instruction or ""),
            thinking_level(model, config.thinking_level if config else None) if model else "medium",
            request.agent,
            (request.tools or ()) if unasked is None else (unasked,),
            "any" if unasked is not None else config.tool_choice if config else None,
            _formats(request),
        )

    def _keep(self, run: Run) -> None:
        self._stored[run.id] = run
        media = sum(_media_size(kept) for kept in self._stored.values())
        for oldest in list(self._stored.values()):
            if len(self._stored) <= _MOST_STORED and media <= _MOST_MEDIA:
                break
            if oldest.ended and oldest is not run:
                media -= _media_size(oldest)
                del self._stored[oldest.id]


def _said(run: Run) -> Sequence[Step]:
    if run.status is Status.REQUIRES_ACTION:
        return run.steps
    # A call that was broken off waits for no result.
    return [step for step in run.steps if not isinstance(step, FunctionCallStep)]


def _media_size(run: Run) -> int:
    return sum(
        len(content.data or "")
        for step in run.input
        if isinstance(step, UserInputStep)
        for content in step.content or ()
        if isinstance(content, MediaContent)
    )


def _formats(request: InteractionRequest) -> tuple[JsonObject, ...]:
    formats = request.response_format
    if isinstance(formats, dict):
        return (formats,)
    if isinstance(formats, list):
        return tuple(item for item in formats if isinstance(item, dict))
    model = request.model or ""
    if "image" in model:
        return ({"type": "text"}, {"type": "image"})
    return ({"type": "audio"},) if "tts" in model else ()


def steps_of(asked: Input | None) -> tuple[Step, ...]:
    """Give an input as steps, whichever of its four forms it has (section 4)."""
    if asked is None:
        return ()
    if isinstance(asked, str):
        return (UserInputStep((TextContent(asked),)),)
    items = asked if isinstance(asked, tuple) else (asked,)
    contents: list[Content] = []
    steps: list[Step] = []
    for item in items:
        if isinstance(item, TextContent | MediaContent):
            contents.append(item)
        elif not isinstance(item, AttachmentContent | UnknownContent):
            steps.append(item)
    return (UserInputStep(tuple(contents)),) if contents else tuple(steps)
