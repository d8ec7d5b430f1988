"""Agents: the demo has none, says so, and shows what a report looks like."""

from desktop_app.demo.question import Question
from desktop_app.demo.skills.reply import Reply

_REPORT = """No agent worked on this and nothing was looked up: “{asked}” stays as it was asked.

## What {agent} would do

1. Make a plan and split the task into questions
2. Work through them for some minutes, in the background
3. Write a report with its sources

## What you can try here

- Close the window and come back: the task goes on at the server.
- Stop it: a task in the background can be cancelled."""


def report(question: Question) -> Reply | None:
    """Answer in place of an agent."""
    if question.agent is None:
        return None
    asked = " ".join(question.text.split())[:200]
    return Reply(_REPORT.format(asked=asked, agent=question.agent), "a task for an agent")
