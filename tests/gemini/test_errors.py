"""Whatever a server says, the person reads one plain sentence, and nothing raises."""

import email.utils
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.gemini import errors
from desktop_app.gemini.error_body import (
    duration_seconds,
    error_from_response,
    make_error,
    parse_error,
    read_error_object,
)
from desktop_app.gemini.retry import wait_before_retry


def words(code: str, message: str = "why") -> bytes:
    return json.dumps({"error": {"code": code, "message": message}}).encode()


def rpc(status: str, code: int, message: str = "why", **details: object) -> bytes:
    error = {"code": code, "message": message, "status": status, "details": [details]}
    return json.dumps({"error": error}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, words("invalid_request"), errors.InvalidRequest),
        (400, words("parameter_unknown"), errors.InvalidRequest),
        (400, words("failed_precondition"), errors.PermissionDenied),
        (401, words("authentication"), errors.AuthenticationFailed),
        (402, words("payment_required"), errors.PermissionDenied),
        (403, words("permission_denied"), errors.PermissionDenied),
        (404, words("not_found"), errors.NotFound),
        (404, words("model_not_found"), errors.ModelNotFound),
        (416, words("out_of_range"), errors.NotFound),
        (410, b"", errors.NotFound),
        (429, words("rate_limit_exceeded"), errors.RateLimited),
        (429, words("quota_exceeded"), errors.RateLimited),
        (500, words("api_error"), errors.ServerError),
        (501, words("unimplemented"), errors.ServerError),
        (503, words("service_unavailable"), errors.Overloaded),
        (504, words("deadline_exceeded"), errors.Overloaded),
        (400, words("safety"), errors.InteractionFailed),
        (418, b"", errors.ServerError),
        (400, rpc("INVALID_ARGUMENT", 400, reason="API_KEY_INVALID"), errors.AuthenticationFailed),
        (400, rpc("INVALID_ARGUMENT", 400, "API key not valid."), errors.AuthenticationFailed),
        (429, rpc("RESOURCE_EXHAUSTED", 429), errors.RateLimited),
        (302, b"", errors.ProtocolError),
        (502, b"<html><body>Bad gateway", errors.ProtocolError),
        (400, b"[" + words("invalid_request") + b"]", errors.InvalidRequest),
        (500, b'{"error": "just words"}', errors.ServerError),
    ],
)
def test_every_answer_has_its_class(
    status: int, body: bytes, kind: type[errors.GeminiError]
) -> None:
    error = error_from_response(status, {}, body)
    assert type(error) is kind
    assert str(error).endswith((".", "!")) or ": " in str(error)
    assert error.http_status == status


def test_a_code_inside_a_stream_has_the_class_of_its_status() -> None:
    kinds = {
        "authentication": errors.AuthenticationFailed,
        "gateway_timeout": errors.Overloaded,
        "prohibited_content": errors.InteractionFailed,
        "missing_thought_signature": errors.InteractionFailed,
        "a_new_word": errors.ServerError,
    }
    for code, kind in kinds.items():
        info = read_error_object({"code": code, "message": "why"})
        assert type(make_error(info, None)) is kind, code


def test_a_quota_of_the_day_is_told_from_a_limit_of_the_minute() -> None:
    violation = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}
    daily = error_from_response(
        429, {}, rpc("RESOURCE_EXHAUSTED", 429, violations=[violation], retryDelay="36s")
    )
    minute = error_from_response(429, {}, rpc("RESOURCE_EXHAUSTED", 429, retryDelay="36s"))
    assert isinstance(daily, errors.RateLimited)
    assert isinstance(minute, errors.RateLimited)
    assert daily.daily
    assert not minute.daily
    assert minute.retry_after == 36.0
    no_tier = error_from_response(429, {}, words("rate_limit_exceeded", "limit: 0, model: x"))
    assert isinstance(no_tier, errors.RateLimited)
    assert no_tier.daily
    assert str(no_tier) == "This key has no quota for this model."
    some = error_from_response(429, {}, words("rate_limit_exceeded", "limit: 0.5, model: x"))
    assert isinstance(some, errors.RateLimited)
    assert not some.daily


def test_a_long_wait_is_told_in_words() -> None:
    advices = [
        error_from_response(429, {"retry-after": wait}, b"").advice
        for wait in ("59", "61", "7200", "90000")
    ]
    assert [advice.removeprefix("Your message is kept. Try again in ") for advice in advices] == [
        "a moment.",
        "2 minutes.",
        "2 hours.",
        "25 hours.",
    ]


def test_without_a_connection_nothing_was_sent_and_with_one_who_knows() -> None:
    assert errors.is_unreached(errors.ConnectionFailed("x", code="dns"))
    assert errors.is_unreached(errors.ConnectionFailed("x", code="proxy_connect"))
    assert errors.is_unreached(errors.TimedOut("x", code="connect_timeout"))
    for other in (
        errors.TimedOut("x", code="no_event"),
        errors.StreamBroken("x", code="connect"),
        errors.ConnectionFailed("x", code="tls"),
        errors.ProxyRefused("x", code="proxy_password"),
        errors.CertificateNotTrusted("x", code="certificate"),
        OSError(),
    ):
        assert not errors.is_unreached(other), other


@pytest.mark.parametrize(
    ("headers", "message", "seconds"),
    [
        ({"retry-after": "7"}, "", 7.0),
        ({"retry-after-ms": "1500"}, "", 1.5),
        ({"retry-after": "2", "retry-after-ms": "1500"}, "", 2.0),
        ({}, "Please retry in 36.4s.", 36.4),
        ({"retry-after": "soon"}, "", None),
        ({}, "", None),
    ],
)
def test_the_wait_is_the_longest_that_is_asked_for(
    headers: dict[str, str], message: str, seconds: float | None
) -> None:
    info = parse_error(headers, words("rate_limit_exceeded", message))
    assert info.retry_after == seconds


def test_a_wait_can_be_a_date() -> None:
    date = email.utils.formatdate(time.time() + 30, usegmt=True)
    wait = parse_error({"retry-after": date}, b"").retry_after
    assert wait is not None
    assert 25 < wait < 31


def test_a_date_is_compared_with_the_servers_clock_where_ours_is_wrong() -> None:
    servers = time.time() - 7 * 86_400
    headers = {
        "date": email.utils.formatdate(servers, usegmt=True),
        "retry-after": email.utils.formatdate(servers + 40, usegmt=True),
    }
    assert parse_error(headers, b"").retry_after == 40.0


@pytest.mark.parametrize(
    ("status", "media_type", "body"),
    [
        (500, "application/json", b"\xef\xbb\xbf\n<!DOCTYPE html><p>x"),
        (403, "", b"<HTML><body>x"),
        (502, "text/html; charset=utf-8", b"x"),
        (511, "application/json", b"{}"),
    ],
)
def test_a_page_is_known_whatever_it_is_said_to_be(
    status: int, media_type: str, body: bytes
) -> None:
    error = error_from_response(status, {"content-type": media_type}, body)
    assert str(error) == "A web page came instead of an answer."
    assert "sign-in" in error.advice
    assert "<" not in f"{error} {error.advice} {error.details}"


def test_durations_are_read_as_protobuf_writes_them() -> None:
    assert duration_seconds("58s") == 58.0
    assert duration_seconds("0.25s") == 0.25
    assert duration_seconds("800ms") == 0.8
    assert duration_seconds("58") is None
    assert duration_seconds(58) is None


def test_a_message_of_the_server_is_short_and_plain() -> None:
    error = error_from_response(500, {}, words("api_error", "a\x1b[31m\n\u202eb" + "x" * 5000))
    assert len(error.server_message) <= 500
    assert error.server_message.isprintable()


@given(st.binary(max_size=200), st.integers(100, 599), st.text(max_size=20))
def test_no_body_makes_reading_an_error_raise(body: bytes, status: int, media_type: str) -> None:
    error = error_from_response(status, {"content-type": media_type}, body)
    assert str(error)


@pytest.mark.parametrize(
    "body", [b"[" * 60_000, b'{"error":{"code":' + b"9" * 5000 + b"}}", b'{"error":{"details":7}}']
)
def test_hostile_bodies_are_errors_like_others(body: bytes) -> None:
    assert isinstance(error_from_response(500, {}, body), errors.ServerError)


def no_jitter() -> float:
    return 0.0


def retried(error: errors.GeminiError) -> list[float | None]:
    return [wait_before_retry(error, attempt, no_jitter) for attempt in (1, 2, 3, 4)]


def test_a_create_is_sent_again_only_after_429_503_and_a_failed_connect() -> None:
    assert retried(error_from_response(503, {}, b"")) == [1.0, 2.0, 4.0, None]
    assert retried(error_from_response(429, {"retry-after": "7"}, b"")) == [7.0, 7.0, 7.0, None]
    assert retried(errors.ConnectionFailed("x")) == [0.3, 1.0, None, None]
    never = [
        error_from_response(500, {}, b""),
        error_from_response(504, {}, b""),
        error_from_response(400, {}, b""),
        error_from_response(429, {}, words("quota_exceeded")),
        error_from_response(429, {"retry-after": "300"}, b""),
        errors.TimedOut("x"),
        errors.StreamBroken("x"),
        errors.CertificateNotTrusted("x"),
    ]
    for error in never:
        assert retried(error) == [None] * 4, error


def test_waits_are_jittered_upwards() -> None:
    error = error_from_response(503, {}, b"")
    wait = wait_before_retry(error, 3, lambda: 1.0)
    assert wait == 5.0
