"""Tasks are kept, reported and ended in one place; failures are told once."""

import asyncio
import logging

import pytest

from desktop_app.chat.notices import Notice, NoticeBoard, NoticeKind
from desktop_app.chat.tasks import TaskScope
from desktop_app.errors import AppError


async def test_a_failure_is_reported_and_a_cancellation_is_not() -> None:
    reported: list[BaseException] = []
    scope = TaskScope(reported.append)

    async def fail() -> None:
        raise AppError("it broke")

    scope.start(fail(), "fail")
    scope.start(asyncio.sleep(100), "sleep")
    await asyncio.sleep(0.01)
    await scope.aclose()
    assert [str(error) for error in reported] == ["it broke"]


async def test_closing_waits_until_tasks_have_cleaned_up() -> None:
    scope = TaskScope(print)
    cleaned: list[bool] = []

    async def slow() -> None:
        try:
            await asyncio.sleep(100)
        finally:
            await asyncio.sleep(0.05)
            cleaned.append(True)

    scope.start(slow(), "slow")
    await asyncio.sleep(0.01)
    await scope.aclose()
    assert cleaned == [True]


async def test_an_expected_failure_is_told_in_its_words() -> None:
    board = NoticeBoard()
    posted: list[Notice] = []
    board.posted.connect(posted.append)
    board.report(AppError("The disk is full.", "Make room."))
    assert posted[0].text == "The disk is full. Make room."
    assert posted[0].kind is NoticeKind.WARN


async def test_a_bug_is_told_without_what_was_said(caplog: pytest.LogCaptureFixture) -> None:
    board = NoticeBoard()
    posted: list[Notice] = []
    board.posted.connect(posted.append)
    with caplog.at_level(logging.ERROR):
        try:
            {}["what the person wrote"]
        except KeyError as error:
            board.report(error)
    assert posted[0].action == "Copy details"
    assert "KeyError" in posted[0].details
    assert "test_tasks.py" in posted[0].details
    assert "what the person wrote" not in posted[0].details + caplog.text
