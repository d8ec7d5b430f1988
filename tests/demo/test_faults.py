"""Everything that goes wrong on purpose."""

import json

import httpx
import pytest

from desktop_app.interactions.jsonvalue import JsonObject
from tests.demo.calling import (
    Demo,
    error_of,
    events_of,
    kinds,
    list_at,
    object_at,
    output_text,
    steps_of,
    string_at,
    taken,
    text_of_deltas,
)


@pytest.mark.parametrize(
    ("model", "status", "code"),
    [
        ("400", 400, "invalid_request"),
        ("401", 401, "authentication"),
        ("402", 402, "payment_required"),
        ("403", 403, "permission_denied"),
        ("404", 404, "not_found"),
        ("409", 409, "aborted"),
        ("416", 416, "out_of_range"),
        ("429", 429, "rate_limit_exceeded"),
        ("429-daily", 429, "quota_exceeded"),
        ("499", 499, "cancelled"),
        ("500", 500, "api_error"),
        ("501", 501, "unimplemented"),
        ("503", 503, "service_unavailable"),
        ("504", 504, "deadline_exceeded"),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_an_error_can_be_provoked(
    demo: Demo, model: str, status: int, code: str, stream: bool
) -> None:
    error = demo.refused(status, model=f"demo-error-{model}", stream=stream)
    assert error["code"] == code


def test_too_many_requests_say_how_long_to_wait(demo: Demo) -> None:
    response = demo.post({"model": "demo-error-429", "input": "hi"})
    assert response.headers["retry-after"] == "3"
    details = list_at(error_of(response, 429), "details")
    assert details[0]["retryDelay"] == "3s"


def test_a_used_up_quota_of_the_day_says_so(demo: Demo) -> None:
    response = demo.post({"model": "demo-error-429-daily", "input": "hi"})
    assert "retry-after" not in response.headers
    (detail,) = list_at(error_of(response, 429), "details")
    assert "PerDay" in string_at(list_at(detail, "violations")[0], "quotaId")


@pytest.mark.parametrize(("model", "status"), [("429-once", 429), ("503-once", 503)])
def test_an_error_may_go_away_at_the_next_try(demo_url: str, model: str, status: int) -> None:
    first, other = Demo(demo_url, f"once-{model}"), Demo(demo_url, f"once-{model}-other")
    body: JsonObject = {"model": f"demo-error-{model}", "input": "hi"}
    response = first.post(body)
    assert response.status_code == status
    assert response.headers["retry-after-ms"] == "200"
    assert first.post(body).status_code == 200
    assert first.post(body).status_code == status
    assert other.post(body).status_code == status
    first.close()
    other.close()


def test_a_proxy_answers_in_html_and_another_in_a_list(demo: Demo) -> None:
    response = demo.post({"model": "demo-error-html", "input": "hi"})
    assert response.status_code == 502
    assert response.headers["content-type"].startswith("text/html")
    response = demo.post({"model": "demo-error-list", "input": "hi"})
    (entry,) = json.loads(response.text)
    assert entry["error"]["status"] == "PERMISSION_DENIED"


@pytest.mark.parametrize(
    ("model", "code", "status"),
    [("demo-error-stream", "gateway_timeout", 504), ("demo-blocked", "safety", 400)],
)
def test_a_stream_may_end_with_an_error_after_some_text(
    demo: Demo, model: str, code: str, status: int
) -> None:
    response = demo.post({"model": model, "input": "a poem", "stream": True})
    assert "[DONE]" not in response.text
    events = events_of(response)
    assert text_of_deltas(events)
    assert object_at(events[-1], "error")["code"] == code
    stored = taken(demo.get(string_at(object_at(events[0], "interaction"), "id")))
    assert stored["status"] == "failed"
    assert list_at(stored, "errors")[0]["code"] == code
    assert output_text(stored) == text_of_deltas(events)
    assert demo.refused(status, "a poem", model=model)["code"] == code


def test_an_error_may_be_the_first_event(demo: Demo) -> None:
    events = demo.events(model="demo-error-stream-first")
    assert kinds(events) == ["error"]


def test_a_failed_interaction_says_why_in_its_output(demo: Demo) -> None:
    events = demo.events(model="demo-failed")
    assert kinds(events)[-2:] == ["interaction.status_update", "interaction.completed"]
    assert object_at(events[-1], "interaction")["status"] == "failed"
    failed = demo.create(model="demo-failed")
    (step,) = steps_of(failed)
    assert object_at(step, "error")["code"] == 13


def test_an_answer_may_stop_early(demo: Demo) -> None:
    events = demo.events("a poem", model="demo-incomplete")
    assert object_at(events[-1], "interaction")["status"] == "incomplete"
    assert len(text_of_deltas(events)) == 48


def test_a_slow_model_takes_its_time(demo: Demo) -> None:
    with pytest.raises(httpx.ReadTimeout):
        demo.http.post(
            "/interactions", json={"model": "demo-slow", "input": "hi"}, timeout=httpx.Timeout(0.4)
        )
