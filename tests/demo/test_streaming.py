"""Streams: the order of events, resuming, cancelling, and what is left at the server."""

import httpx
import pytest

from desktop_app.interactions.jsonvalue import JsonObject
from tests.demo.calling import (
    Demo,
    error_of,
    event_ids,
    events_of,
    kinds,
    number_at,
    object_at,
    output_text,
    read_object,
    steps_of,
    string_at,
    taken,
    text_of_deltas,
    until,
    until_completed,
)

SUMMARIES: JsonObject = {"thinking_summaries": "auto"}


def deltas(events: list[JsonObject], index: int) -> list[JsonObject]:
    return [
        object_at(event, "delta")
        for event in events
        if event["event_type"] == "step.delta" and event["index"] == index
    ]


def test_the_events_come_in_the_order_of_the_specification(demo: Demo) -> None:
    events = demo.events("hello", generation_config=SUMMARIES)
    assert kinds(events)[:3] == [
        "interaction.created",
        "interaction.status_update",
        "step.start",
    ]
    assert kinds(events)[-1] == "interaction.completed"
    created = object_at(events[0], "interaction")
    assert created == {
        "id": created["id"],
        "status": "in_progress",
        "object": "interaction",
        "model": "demo-model",
    }
    assert events[1]["interaction_id"] == created["id"]
    starts = [object_at(e, "step") for e in events if e["event_type"] == "step.start"]
    assert starts == [{"type": "thought"}, {"type": "model_output"}]
    stops = [event["index"] for event in events if event["event_type"] == "step.stop"]
    assert stops == [0, 1]
    indexes = [number_at(event, "index") for event in events if "index" in event]
    assert indexes == sorted(indexes)


def test_a_thought_ends_with_its_signature_and_shows_a_summary_only_when_asked(demo: Demo) -> None:
    shown = deltas(demo.events("hello", generation_config=SUMMARIES), 0)
    assert [delta["type"] for delta in shown] == [
        "thought_summary",
        "thought_summary",
        "thought_signature",
    ]
    hidden = deltas(demo.events("hello"), 0)
    assert [delta["type"] for delta in hidden] == ["thought_signature"]
    none = deltas(demo.events("hello", generation_config={"thinking_summaries": "none"}), 0)
    assert [delta["type"] for delta in none] == ["thought_signature"]


def test_the_completed_event_has_usage_and_times_but_no_steps(demo: Demo) -> None:
    completed = object_at(demo.events("hello")[-1], "interaction")
    assert "steps" not in completed
    assert completed["status"] == "completed"
    assert completed["service_tier"] == "standard"
    assert string_at(completed, "created").endswith("Z")
    assert string_at(completed, "updated") >= string_at(completed, "created")
    assert number_at(object_at(completed, "usage"), "total_tokens") > 0


def test_text_comes_in_pieces_of_a_few_words(demo: Demo) -> None:
    events = demo.events("a tour")
    pieces = [string_at(delta, "text") for delta in deltas(events, 1)]
    assert len(pieces) > 50
    assert max(len(piece) for piece in pieces) < 130
    interaction = taken(demo.get(string_at(object_at(events[0], "interaction"), "id")))
    assert "".join(pieces) == output_text(interaction)


def test_every_event_of_a_stored_interaction_has_an_id_of_its_own(demo: Demo) -> None:
    ids = event_ids(demo.events("hello"))
    assert len(set(ids)) == len(ids)


def test_no_event_of_an_interaction_that_is_not_stored_has_an_id(demo: Demo) -> None:
    assert all("event_id" not in event for event in demo.events("hello", store=False))


def test_what_is_not_streamed_is_the_same_answer_in_one_piece(demo: Demo) -> None:
    streamed, whole = demo.events("write a poem"), demo.create("write a poem")
    assert text_of_deltas(streamed) == output_text(whole)
    assert "object" not in whole
    assert [step["type"] for step in steps_of(whole)] == ["thought", "model_output"]


# --- get and resume -------------------------------------------------------------------------------


def test_get_gives_the_whole_timeline_beginning_with_the_input(demo: Demo) -> None:
    created = demo.create("hello")
    steps = steps_of(taken(demo.get(string_at(created, "id"))))
    assert steps[0] == {"type": "user_input", "content": [{"type": "text", "text": "hello"}]}
    assert steps[1:] == steps_of(created)


def test_get_leaves_the_input_out_where_that_is_asked_for(demo: Demo) -> None:
    created = demo.create("hello")
    name = string_at(created, "id")
    assert steps_of(taken(demo.get(name, include_input="false"))) == steps_of(created)
    with_input = steps_of(taken(demo.get(name, include_input="true", stream="false")))
    assert len(with_input) == len(steps_of(created)) + 1


def test_a_stream_can_be_resumed_after_every_event(demo: Demo) -> None:
    events = demo.events("hello", generation_config=SUMMARIES)
    name = string_at(object_at(events[0], "interaction"), "id")
    assert events_of(demo.get(name, stream="true")) == events
    for position, event_id in enumerate(event_ids(events)):
        resumed = events_of(demo.get(name, stream="true", last_event_id=event_id))
        assert resumed == events[position + 1 :]


def test_an_unknown_event_id_is_out_of_range(demo: Demo) -> None:
    name = string_at(demo.create("hello"), "id")
    response = demo.get(name, stream="true", last_event_id="unheard-of")
    assert error_of(response, 416)["code"] == "out_of_range"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"last_event_id": "x"}, "invalid_request"),
        ({"stream": "yes"}, "invalid_request"),
        ({"include_input": "1"}, "invalid_request"),
        ({"includeInput": "true"}, "parameter_unknown"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused(
    demo: Demo, query: dict[str, str], code: str
) -> None:
    name = string_at(demo.create("hello"), "id")
    assert error_of(demo.get(name, **query), 400)["code"] == code


def test_what_is_not_stored_cannot_be_got(demo: Demo) -> None:
    created = demo.create("hello", store=False)
    assert demo.get(string_at(created, "id")).status_code == 404


def test_a_deleted_interaction_is_gone(demo: Demo) -> None:
    name = string_at(demo.create("hello"), "id")
    assert taken(demo.http.delete(f"/interactions/{name}")) == {}
    assert demo.get(name).status_code == 404
    assert demo.http.delete(f"/interactions/{name}").status_code == 404


# --- a client that goes, and one that comes back --------------------------------------------------


def begin(demo: Demo, body: JsonObject) -> str:
    """Open a stream, read its first event, and drop it."""
    with demo.http.stream("POST", "/interactions", json={**body, "stream": True}) as response:
        for line in response.iter_lines():
            if line.startswith("data: "):
                event = read_object(line.removeprefix("data: "))
                return string_at(object_at(event, "interaction"), "id")
    raise AssertionError("the stream was empty")


def test_a_stored_run_goes_on_when_its_client_drops_the_stream(demo: Demo) -> None:
    name = begin(demo, {"model": "demo-model", "input": "a long story"})
    assert "## 6." in output_text(until_completed(demo, name))


def test_a_run_in_progress_shows_what_is_there_so_far(demo: Demo) -> None:
    config: JsonObject = {"thinking_level": "minimal"}
    body: JsonObject = {"model": "demo-slow", "input": "count to 50", "generation_config": config}
    name = begin(demo, body)
    interaction = until(demo, name, lambda seen: "Castor" in output_text(seen))
    assert interaction["status"] == "in_progress"
    assert "50" not in output_text(interaction)
    assert number_at(object_at(interaction, "usage"), "total_output_tokens") > 0
    assert taken(demo.http.delete(f"/interactions/{name}")) == {}


def test_a_stream_that_is_cut_can_be_finished_by_a_resume_and_by_get(demo: Demo) -> None:
    events: list[JsonObject] = []
    body: JsonObject = {"model": "demo-cut", "input": "a poem", "stream": True}
    with demo.http.stream("POST", "/interactions", json=body) as response:
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            events.extend(
                read_object(line.removeprefix("data: "))
                for line in response.iter_lines()
                if line.startswith("data: ")
            )
    assert kinds(events)[-1] == "step.delta"
    assert text_of_deltas(events)
    name = string_at(object_at(events[0], "interaction"), "id")
    rest = events_of(demo.get(name, stream="true", last_event_id=event_ids(events)[-1]))
    assert kinds(rest)[-1] == "interaction.completed"
    whole = until_completed(demo, name)
    assert text_of_deltas(events + rest) == output_text(whole)


def test_a_stalled_stream_goes_on_elsewhere(demo: Demo) -> None:
    seen: list[JsonObject] = []
    body: JsonObject = {"model": "demo-stall", "input": "a poem", "stream": True}
    with demo.http.stream("POST", "/interactions", json=body) as response:
        lines = response.iter_lines()
        while len([kind for kind in kinds(seen) if kind == "step.delta"]) < 4:
            line = next(lines)
            if line.startswith("data: "):
                seen.append(read_object(line.removeprefix("data: ")))
        name = string_at(object_at(seen[0], "interaction"), "id")
        whole = until_completed(demo, name)
    assert output_text(whole).startswith(text_of_deltas(seen))
    assert output_text(whole) != text_of_deltas(seen)
