"""The fold: any sequence of events becomes the interaction that the server meant."""

import base64
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import AudioContent, ImageContent, TextContent
from desktop_app.interactions.event_codec import (
    decode_delta,
    decode_event_object,
    encode_interaction,
)
from desktop_app.interactions.events import (
    ApiError,
    ArgumentsDelta,
    ContentDelta,
    ErrorEvent,
    Event,
    InteractionCompleted,
    InteractionCreated,
    InteractionHeader,
    InteractionSnapshot,
    InteractionStatusUpdate,
    StepDelta,
    StepStart,
    StepStop,
    TextDelta,
    ThoughtSummaryDelta,
    ToolDelta,
    UnknownEvent,
    UnreadableEvent,
    Usage,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import JsonObject
from desktop_app.interactions.outcome import Failure, Outcome
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    FunctionResultStep,
    GoogleSearchResultStep,
    ModelOutputStep,
    ThoughtStep,
    UnknownStep,
    UserInputStep,
)
from tests.samples import STREAMS, stream_expected


def sample_events(name: str) -> list[Event]:
    records = stream_expected(name)["events"]
    assert isinstance(records, list)
    events: list[Event] = []
    for record in records:
        assert isinstance(record, dict)
        data = record["data"]
        assert isinstance(data, dict)
        kind = data.get("event_type") or data.get("type") or record["event"]
        events.append(decode_event_object(str(kind), data))
    return events


def folded(interaction: Interaction) -> JsonObject:
    """The interaction as `final` of the samples writes it."""
    data = encode_interaction(interaction.header, interaction.steps)
    steps = data["steps"]
    assert isinstance(steps, list)
    for position, step in enumerate(steps):
        assert isinstance(step, dict)
        if unknown := interaction.unknown_deltas(position):
            step["_unknown_deltas"] = list(unknown)
    data["output_text"] = interaction.output_text
    return data


OUTCOMES = {
    "completed": Outcome.COMPLETE,
    "truncated": Outcome.STREAMING,
    "error": Outcome.FAILED,
    "failed": Outcome.FAILED,
    "cancelled": Outcome.CANCELLED,
    "requires_action": Outcome.NEEDS_ACTION,
    "incomplete": Outcome.INCOMPLETE,
    "budget_exceeded": Outcome.INCOMPLETE,
    "requires_continuation": Outcome.NEEDS_CONTINUATION,
}


@pytest.mark.parametrize("name", STREAMS)
def test_every_sample_folds_to_its_interaction(name: str) -> None:
    expected = stream_expected(name)
    client = expected["client"]
    assert isinstance(client, dict)
    interaction = Interaction()
    for event in sample_events(name):
        interaction.apply(event)
    assert folded(interaction) == expected["final"]
    assert interaction.outcome == OUTCOMES[str(client["outcome"])]
    unknown = [str(raw.get("event_type")) for raw in interaction.unknown_events]
    assert unknown == client["unknown_events"]


@pytest.mark.parametrize("name", STREAMS)
def test_repeated_events_are_dropped_by_their_event_id(name: str) -> None:
    once, twice = Interaction(), Interaction()
    for number, event in enumerate(sample_events(name)):
        object.__setattr__(event, "event_id", f"e{number}")
        once.apply(event)
        twice.apply(event)
        twice.apply(event)
    assert folded(twice) == folded(once)
    assert twice.outcome == once.outcome


def text(index: int, piece: str) -> StepDelta:
    return StepDelta(index, TextDelta(piece))


def start_output(index: int = 0, content: tuple[TextContent, ...] | None = None) -> StepStart:
    return StepStart(index, ModelOutputStep(content))


def completed(status: str | None = "completed") -> InteractionCompleted:
    return InteractionCompleted(InteractionHeader(id="v1_a", status=status))


def after(*events: Event) -> Interaction:
    interaction = Interaction()
    for event in events:
        interaction.apply(event)
    return interaction


def test_a_step_begins_with_the_content_of_its_start() -> None:
    interaction = after(start_output(0, (TextContent("Once"),)), text(0, " upon"))
    assert interaction.steps == (ModelOutputStep((TextContent("Once upon"),)),)


def test_a_delta_for_a_step_never_begun_begins_it() -> None:
    interaction = after(text(4, "a"), StepDelta(2, ThoughtSummaryDelta(TextContent("b"))))
    assert interaction.steps == (
        ModelOutputStep((TextContent("a"),)),
        ThoughtStep(summary=(TextContent("b"),)),
    )


def test_apply_says_which_step_it_touched() -> None:
    interaction = Interaction()
    assert interaction.apply(start_output(7)) == 0
    assert interaction.apply(StepStart(3, ThoughtStep())) == 1
    assert interaction.apply(text(7, "x")) == 0
    assert interaction.apply(StepStop(3)) == 1
    assert interaction.apply(completed()) is None


def test_steps_stand_in_the_order_in_which_they_began() -> None:
    interaction = after(start_output(5), StepStart(2, ThoughtStep()), text(5, "a"))
    assert [type(step) for step in interaction.steps] == [ModelOutputStep, ThoughtStep]


def test_nothing_after_the_end_is_applied() -> None:
    for end in (completed(), ErrorEvent(ApiError("api_error", "x"))):
        interaction = after(start_output(), text(0, "a"), end, text(0, "b"))
        assert interaction.output_text == "a"


def test_only_completed_with_status_completed_is_complete() -> None:
    statuses = {None: Outcome.INCOMPLETE, "a_new_word": Outcome.INCOMPLETE}
    statuses |= {"completed": Outcome.COMPLETE, "in_progress": Outcome.STREAMING}
    for status, outcome in statuses.items():
        assert after(completed(status)).outcome == outcome
    assert after(InteractionStatusUpdate("completed")).outcome is Outcome.STREAMING


def test_an_interrupted_interaction_goes_on_where_it_was() -> None:
    interaction = after(start_output(), text(0, "a"))
    interaction.fail(Failure("cut_off", "The connection broke."), interrupted=True)
    assert interaction.outcome is Outcome.INTERRUPTED
    interaction.apply(text(0, "b"))
    assert interaction.outcome is Outcome.STREAMING
    assert interaction.failure is None
    interaction.apply(completed())
    assert (interaction.output_text, interaction.outcome) == ("ab", Outcome.COMPLETE)


def test_a_stopped_interaction_takes_nothing_more() -> None:
    interaction = after(start_output(), text(0, "a"))
    interaction.cancel()
    interaction.apply(text(0, "b"))
    interaction.fail(Failure("x", "y"))
    assert (interaction.output_text, interaction.outcome) == ("a", Outcome.CANCELLED)


def test_a_finished_interaction_cannot_be_stopped() -> None:
    interaction = after(completed())
    interaction.cancel()
    assert interaction.outcome is Outcome.COMPLETE


def test_a_snapshot_replaces_what_was_folded() -> None:
    interaction = after(start_output(), text(0, "half"))
    header = InteractionHeader(id="v1_a", status="completed")
    interaction.apply(InteractionSnapshot(header, (ModelOutputStep((TextContent("whole"),)),)))
    assert (interaction.output_text, interaction.outcome) == ("whole", Outcome.COMPLETE)


def test_a_snapshot_of_a_run_that_goes_on_stays_open() -> None:
    header = InteractionHeader(id="v1_a", status="in_progress")
    interaction = after(InteractionSnapshot(header, ()))
    assert interaction.outcome is Outcome.STREAMING


def test_the_echo_of_the_input_is_no_step() -> None:
    echo = StepStart(0, UserInputStep((TextContent("hi"),)))
    interaction = after(echo, StepStop(0), start_output(1), text(1, "x"))
    assert interaction.steps == (ModelOutputStep((TextContent("x"),)),)


def test_pieces_of_arguments_are_one_json_text() -> None:
    call = FunctionCallStep(id="f", name="n", arguments={})
    interaction = after(StepStart(0, call), StepDelta(0, ArgumentsDelta('{"a"')))
    interaction.apply(StepDelta(0, ArgumentsDelta(": [1]}")))
    assert interaction.steps == (FunctionCallStep(id="f", name="n", arguments={"a": [1]}),)


def test_arguments_that_never_came_are_no_arguments() -> None:
    interaction = after(StepStart(0, FunctionCallStep(id="f", name="n")), StepStop(0))
    assert interaction.steps == (FunctionCallStep(id="f", name="n", arguments={}),)


def test_arguments_that_cannot_be_read_are_kept_raw() -> None:
    interaction = after(StepDelta(0, ArgumentsDelta('{"a": ')), StepStop(0))
    step = interaction.step(0)
    assert isinstance(step, FunctionCallStep)
    assert step.arguments is None
    assert step.extra == {"arguments": '{"a": '}


def code(text: str) -> StepDelta:
    return StepDelta(0, ToolDelta(CodeExecutionCallStep(arguments={"code": text})))


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [(["a = 1", "\nb = 2"], "a = 1\nb = 2"), (["a", "a = 1", "a = 1\nb"], "a = 1\nb"), ([""], "")],
)
def test_code_comes_as_the_next_piece_or_as_all_of_it(pieces: list[str], whole: str) -> None:
    start = StepStart(0, CodeExecutionCallStep(id="c", arguments={"language": "python"}))
    interaction = after(start, *map(code, pieces))
    step = interaction.step(0)
    assert isinstance(step, CodeExecutionCallStep)
    assert step.arguments == {"language": "python", "code": whole}


def test_what_code_prints_is_joined() -> None:
    parts = [ToolDelta(CodeExecutionResultStep(result=piece)) for piece in ("1\n", "2\n")]
    start = StepStart(0, CodeExecutionResultStep(call_id="c", result=""))
    interaction = after(start, *(StepDelta(0, part) for part in parts))
    assert interaction.steps == (CodeExecutionResultStep(call_id="c", result="1\n2\n"),)


def test_lists_of_results_grow_and_other_results_are_set() -> None:
    search = after(
        StepDelta(0, ToolDelta(GoogleSearchResultStep(call_id="s", result=[{"a": 1}]))),
        StepDelta(0, ToolDelta(GoogleSearchResultStep(result=[{"b": 2}], is_error=False))),
        StepDelta(0, ToolDelta(GoogleSearchResultStep())),  # a result can be absent
    )
    assert search.steps == (
        GoogleSearchResultStep(call_id="s", result=[{"a": 1}, {"b": 2}], is_error=False),
    )
    function = after(
        StepStart(0, FunctionResultStep(call_id="f", result="")),
        StepDelta(0, ToolDelta(FunctionResultStep(result="once"))),
        StepDelta(0, ToolDelta(FunctionResultStep(result={"now": True}))),
    )
    assert function.steps == (FunctionResultStep(call_id="f", result={"now": True}),)


def test_pieces_of_sound_are_joined_as_bytes() -> None:
    sound = bytes(range(200))
    cuts = [0, 1, 5, 66, 200]
    events: list[Event] = [start_output()]
    for begin, end in itertools.pairwise(cuts):
        data = base64.b64encode(sound[begin:end]).decode()
        events.append(StepDelta(0, ContentDelta(AudioContent(data, None, "audio/wav"))))
    step = after(*events).step(0)
    assert isinstance(step, ModelOutputStep)
    assert step.content is not None
    (block,) = step.content
    assert isinstance(block, AudioContent)
    assert base64.b64decode(block.data or "") == sound


def test_two_pictures_stay_two_pictures() -> None:
    png = ImageContent(base64.b64encode(b"\x89PNG rest").decode(), None, "image/png")
    more = ImageContent(base64.b64encode(b"no magic").decode(), None, "image/png")
    interaction = after(start_output(), *(StepDelta(0, ContentDelta(b)) for b in (png, png, more)))
    step = interaction.step(0)
    assert isinstance(step, ModelOutputStep)
    assert step.content is not None
    first, second = step.content
    assert first == png
    assert isinstance(second, ImageContent)
    assert base64.b64decode(second.data or "") == b"\x89PNG restno magic"


def test_fields_nobody_knows_end_up_in_the_step() -> None:
    data: JsonObject = {"type": "thought_signature", "signature": "s", "future": [1]}
    interaction = after(
        StepStart(0, ThoughtStep(extra={"early": True})), StepDelta(0, decode_delta(data))
    )
    assert interaction.steps == (ThoughtStep("s", extra={"early": True, "future": [1]}),)


def test_an_unknown_step_keeps_its_deltas_raw() -> None:
    interaction = after(StepStart(0, UnknownStep({"type": "dream"})), text(0, "lost?"))
    assert interaction.steps == (UnknownStep({"type": "dream"}),)


def test_a_checkpoint_token_is_cleared_by_an_end_without_one() -> None:
    interaction = after(InteractionStatusUpdate("in_progress", continuation_token="ct"))
    assert interaction.header.continuation_token == "ct"
    interaction.apply(completed())
    assert interaction.header.continuation_token is None


def test_the_last_usage_that_is_not_empty_wins() -> None:
    interaction = after(StepDelta(0, TextDelta("a"), Usage(total_tokens=3)))
    assert interaction.usage == Usage(total_tokens=3)
    interaction.apply(StepStop(0, Usage(total_tokens=5), Usage(total_tokens=2)))
    interaction.apply(completed())
    assert interaction.usage == Usage(total_tokens=5)
    assert interaction.step_usage(0) == Usage(total_tokens=2)


def test_unreadable_and_unknown_events_are_kept_and_change_nothing() -> None:
    interaction = after(start_output(), text(0, "a"))
    interaction.apply(UnreadableEvent("{not json}"))
    interaction.apply(UnknownEvent({"event_type": "step.progress"}))
    interaction.apply(text(0, "b"))
    assert interaction.output_text == "ab"
    assert interaction.unreadable == ["{not json}"]


def test_what_a_server_tells_of_a_running_answer_takes_nothing_back() -> None:
    interaction = after(start_output(), text(0, "all of this"))
    running = InteractionHeader(id="v1_a", status="in_progress")
    for steps in ((), (ModelOutputStep((TextContent("all"),)),)):
        interaction.apply(InteractionSnapshot(running, steps))
        assert interaction.output_text == "all of this"
    interaction.apply(
        InteractionSnapshot(running, (ModelOutputStep((TextContent("all of this!"),)),))
    )
    assert interaction.output_text == "all of this!"


@pytest.mark.parametrize("status", ["failed", "cancelled", "incomplete"])
def test_an_end_without_steps_leaves_what_came(status: str) -> None:
    interaction = after(start_output(), text(0, "some"))
    interaction.apply(InteractionSnapshot(InteractionHeader(id="v1_a", status=status), ()))
    assert interaction.output_text == "some"
    assert interaction.outcome is not Outcome.STREAMING


def test_what_came_without_a_mark_cannot_be_followed_without_saying_it_twice() -> None:
    def piece(mark: str | None) -> StepDelta:
        return StepDelta(0, TextDelta("x"), None, mark)

    interaction = Interaction()
    assert interaction.can_be_followed, "nothing came: it is followed from its beginning"
    interaction.apply(StepStart(0, ModelOutputStep(), "e0"))
    interaction.apply(piece("e1"))
    assert (interaction.last_event_id, interaction.can_be_followed) == ("e1", True)
    interaction.apply(piece(None))
    assert (interaction.last_event_id, interaction.can_be_followed) == (None, False)
    interaction.apply(InteractionStatusUpdate("in_progress", None, None, None, "e2"))
    assert interaction.can_be_followed


def test_steps_are_timed_while_they_grow() -> None:
    now = [10.0]
    interaction = Interaction(clock=lambda: now[0])
    interaction.apply(StepStart(0, ThoughtStep()))
    now[0] = 12.5
    assert interaction.step_seconds(0) == 2.5
    interaction.apply(StepStop(0))
    now[0] = 20.0
    assert interaction.step_seconds(0) == 2.5
    assert not interaction.step_is_open(0)


def test_the_time_between_a_break_and_the_resume_is_nobodys() -> None:
    now = [0.0]
    interaction = Interaction(clock=lambda: now[0])
    interaction.apply(StepStart(0, ThoughtStep()))
    now[0] = 2.0
    interaction.fail(Failure("cut_off", "x"), interrupted=True)
    now[0] = 100.0
    assert interaction.step_seconds(0) == 2.0
    interaction.apply(StepDelta(0, ThoughtSummaryDelta(TextContent("x"))))
    now[0] = 101.0
    assert interaction.step_seconds(0) == 3.0


def test_what_can_be_chained_on() -> None:
    for status, chainable in (
        ("completed", True),
        ("requires_action", True),
        ("incomplete", True),
        ("requires_continuation", True),
        ("failed", False),
        ("cancelled", False),
        ("budget_exceeded", False),
    ):
        assert after(completed(status)).chainable is chainable, status
    created = after(InteractionCreated(InteractionHeader(id="v1_a", status="in_progress")))
    assert not created.chainable
    stateless = Interaction(request=InteractionRequest(store=False))
    stateless.apply(completed())
    assert not stateless.chainable


def test_a_stored_step_goes_on_growing_when_resumed() -> None:
    interaction = Interaction()
    output = ModelOutputStep((TextContent("half"),))
    interaction.restore_step(output, index=3, seconds=1.5, whole=False)
    header = InteractionHeader(id="v1_a", status="in_progress")
    interaction.restore(header, Outcome.INTERRUPTED, Failure("cut_off", "x"), "e9")
    repeated = StepDelta(3, TextDelta("half"), event_id="e9")
    assert interaction.apply(repeated) is None
    assert interaction.apply(text(3, " whole")) == 0
    assert interaction.output_text == "half whole"
    seconds = interaction.step_seconds(0)
    assert seconds is not None
    assert 1.5 <= seconds < 2.0


EVENTS = st.one_of(
    st.builds(text, st.integers(0, 3), st.text(max_size=4)),
    st.builds(StepStart, st.integers(0, 3), st.sampled_from([ModelOutputStep(), ThoughtStep()])),
    st.builds(StepStop, st.integers(0, 3)),
    st.builds(
        lambda index, piece: StepDelta(index, ThoughtSummaryDelta(TextContent(piece))),
        st.integers(0, 3),
        st.text(max_size=4),
    ),
    st.builds(lambda index: StepDelta(index, ArgumentsDelta("{")), st.integers(0, 3)),
    st.builds(completed, st.sampled_from([None, "failed", "completed", "in_progress"])),
)


@given(st.lists(EVENTS, max_size=30))
def test_looking_on_the_way_changes_nothing(events: list[Event]) -> None:
    watched, unwatched = Interaction(), Interaction()
    for event in events:
        watched.apply(event)
        assert len(watched.steps) >= len(unwatched.steps) or unwatched.outcome != "streaming"
        unwatched.apply(event)
    assert watched.steps == unwatched.steps
    assert watched.outcome == unwatched.outcome


@given(st.lists(st.text(max_size=6), max_size=20))
def test_the_text_is_the_concatenated_deltas(texts: list[str]) -> None:
    interaction = after(start_output(), *(text(0, piece) for piece in texts))
    assert interaction.output_text == "".join(texts)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda c: (
            st.lists(c)
            | st.dictionaries(
                st.sampled_from(
                    ["index", "step", "delta", "type", "interaction", "status", "error"]
                ),
                c,
            )
        ),
    )
)
def test_no_json_makes_the_fold_raise(value: object) -> None:
    data = json.loads(json.dumps(value))
    for kind in ("step.delta", "step.start", "interaction.completed", "error", "step.stop"):
        if isinstance(data, dict):
            Interaction().apply(decode_event_object(kind, data))
