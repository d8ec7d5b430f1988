"""Runs in the background, agents, and what is counted."""

import pytest

from desktop_app.interactions.jsonvalue import JsonObject
from tests.demo.calling import (
    Demo,
    error_of,
    events_of,
    kinds,
    list_at,
    number_at,
    object_at,
    output_text,
    read_object,
    steps_of,
    string_at,
    taken,
    text_of_deltas,
    thoughts,
    until_completed,
)


def test_a_background_run_answers_at_once_and_can_be_polled(demo: Demo) -> None:
    created = demo.create("a poem", background=True)
    assert created["status"] == "in_progress"
    assert steps_of(created) == []
    whole = until_completed(demo, string_at(created, "id"))
    assert "Castor was a rider" in output_text(whole)


def test_a_background_run_can_be_streamed(demo: Demo) -> None:
    events = demo.events("a poem", background=True)
    assert "Castor was a rider" in text_of_deltas(events)


@pytest.mark.parametrize("form", ["/cancel", ":cancel"])
def test_a_background_run_can_be_cancelled(demo: Demo, form: str) -> None:
    created = demo.create("a poem", model="demo-slow", background=True)
    name = string_at(created, "id")
    cancelled = taken(demo.http.post(f"/interactions/{name}{form}"))
    assert cancelled["status"] == "cancelled"
    assert taken(demo.get(name))["status"] == "cancelled"
    events = events_of(demo.get(name, stream="true"))
    assert kinds(events)[-2:] == ["interaction.status_update", "interaction.completed"]
    assert events[-2]["status"] == "cancelled"
    assert object_at(events[-1], "interaction")["status"] == "cancelled"
    assert taken(demo.http.post(f"/interactions/{name}{form}"))["status"] == "cancelled"


def test_a_stream_sees_its_run_cancelled(demo: Demo, demo_url: str) -> None:
    events: list[JsonObject] = []
    body: JsonObject = {"model": "demo-slow", "input": "a poem", "background": True, "stream": True}
    other = Demo(demo_url)
    with demo.http.stream("POST", "/interactions", json=body) as response:
        for line in response.iter_lines():
            if not line.startswith("data: {"):
                continue
            events.append(read_object(line.removeprefix("data: ")))
            if len(events) == 1:
                name = string_at(object_at(events[0], "interaction"), "id")
                taken(other.http.post(f"/interactions/{name}/cancel"))
    other.close()
    assert object_at(events[-1], "interaction")["status"] == "cancelled"


def test_a_run_in_the_foreground_cannot_be_cancelled(demo: Demo) -> None:
    name = string_at(demo.create("hello"), "id")
    error = error_of(demo.http.post(f"/interactions/{name}/cancel"), 400)
    assert error["code"] == "failed_precondition"


def test_deep_research_answers_honestly_in_the_background(demo: Demo) -> None:
    events = demo.events(
        "history of the lighthouse",
        agent="deep-research-preview-04-2026",
        background=True,
        agent_config={"type": "deep-research", "thinking_summaries": "auto"},
    )
    created = object_at(events[0], "interaction")
    assert created["agent"] == "deep-research-preview-04-2026"
    assert "model" not in created
    assert "offline demo" in text_of_deltas(events)
    assert thoughts(taken(demo.get(string_at(created, "id"))))


def test_an_agent_has_an_environment_and_a_budget(demo: Demo) -> None:
    fields: JsonObject = {"agent": "antigravity-preview-09-2026", "environment": "remote"}
    done = demo.create("list files", **fields)
    assert done["status"] == "completed"
    assert string_at(done, "environment_id").startswith("env_")
    config: JsonObject = {"type": "antigravity", "max_total_tokens": "120"}
    stopped = demo.create("list files", agent_config=config, **fields)
    assert stopped["status"] == "budget_exceeded"
    assert number_at(object_at(stopped, "usage"), "total_tokens") <= 120


# --- usage ----------------------------------------------------------------------------------------


def test_the_parts_of_the_usage_add_up(demo: Demo) -> None:
    tools: list[JsonObject] = [{"type": "google_search"}]
    events = demo.events("what is new?", tools=[*tools])
    usage = object_at(object_at(events[-1], "interaction"), "usage")
    parts = ("input", "output", "thought", "tool_use")
    assert all(number_at(usage, f"total_{part}_tokens") > 0 for part in parts)
    assert usage["total_tokens"] == sum(number_at(usage, f"total_{p}_tokens") for p in parts)
    for part in ("input", "output", "tool_use"):
        by_modality = list_at(usage, f"{part}_tokens_by_modality")
        assert sum(number_at(entry, "tokens") for entry in by_modality) == number_at(
            usage, f"total_{part}_tokens"
        )
    assert usage["grounding_tool_count"] == [{"type": "google_search", "count": 1}]
    last_stop = [event for event in events if event["event_type"] == "step.stop"][-1]
    assert last_stop["usage"] == usage


def test_the_input_grows_with_the_conversation(demo: Demo) -> None:
    def tokens_in(interaction: JsonObject) -> int:
        return number_at(object_at(interaction, "usage"), "total_input_tokens")

    first = demo.create("hello")
    second = demo.create("hello", previous_interaction_id=first["id"])
    assert tokens_in(second) > tokens_in(first) + len(output_text(first)) // 5
