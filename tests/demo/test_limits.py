"""Limits of tokens, and words that stop an answer."""

import pytest

from desktop_app.interactions.jsonvalue import JsonObject
from tests.demo.calling import (
    Demo,
    object_at,
    output_text,
    text_of_deltas,
)

MINIMAL: JsonObject = {"thinking_level": "minimal"}


def usage_of(interaction: JsonObject) -> JsonObject:
    return object_at(interaction, "usage")


@pytest.mark.parametrize("limit", [1, 5, 40])
def test_an_answer_longer_than_the_limit_is_incomplete(demo: Demo, limit: int) -> None:
    config: JsonObject = {**MINIMAL, "max_output_tokens": limit}
    interaction = demo.create("a poem", generation_config=config)
    assert interaction["status"] == "incomplete"
    assert usage_of(interaction)["total_output_tokens"] == limit
    whole = demo.text("a poem", generation_config=MINIMAL)
    assert output_text(interaction) == whole[: 4 * limit]


def test_thinking_counts_towards_the_limit_and_may_leave_nothing(demo: Demo) -> None:
    config: JsonObject = {"max_output_tokens": 20, "thinking_summaries": "auto"}
    interaction = demo.create("a poem", generation_config=config)
    assert interaction["status"] == "incomplete"
    assert output_text(interaction) == ""
    assert usage_of(interaction)["total_thought_tokens"] == 20
    assert usage_of(interaction)["total_output_tokens"] == 0


def test_an_answer_within_the_limit_is_completed(demo: Demo) -> None:
    config: JsonObject = {"max_output_tokens": 5000}
    assert demo.create("a poem", generation_config=config)["status"] == "completed"


def test_a_stream_that_is_limited_ends_with_the_same_status(demo: Demo) -> None:
    config: JsonObject = {**MINIMAL, "max_output_tokens": 10}
    events = demo.events("a poem", generation_config=config)
    assert object_at(events[-1], "interaction")["status"] == "incomplete"
    assert len(text_of_deltas(events)) == 40


def test_a_stop_word_ends_the_answer_before_it(demo: Demo) -> None:
    config: JsonObject = {"stop_sequences": ["never there", "Pollux"]}
    interaction = demo.create("a poem", generation_config=config)
    assert interaction["status"] == "completed"
    assert output_text(interaction).endswith("Castor was a rider, and ")
