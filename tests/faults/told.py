"""What Castor has told the person that it keeps, to be compared with what a power cut left."""

import math
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import apsw

from desktop_app.interactions.jsonvalue import parse_json
from desktop_app.store import conversations as queries
from desktop_app.store.rows import Draft, InteractionRow

T = TypeVar("T")

_UNFINISHED: Final = ("streaming", "interrupted")


class Latest(Generic[T]):
    """A thing that is written again and again: the last that is certain, and what came after."""

    def __init__(self, value: T) -> None:
        self.values = [value]

    @property
    def newest(self) -> T:
        return self.values[-1]

    def hand_over(self, value: T) -> int:
        """It is on its way to the disk; the number is for `settle`."""
        self.values.append(value)
        return len(self.values) - 1

    def settle(self, number: int) -> None:
        """It has arrived: what was before is over."""
        for before in range(number):
            self.values[before] = self.values[number]

    def holds(self, found: T) -> bool:
        """Whether this may be found; from then on it is the only one."""
        good = found in self.values
        self.values = [found]
        return good


@dataclass
class ConversationTold:
    """What was said of one conversation."""

    title: Latest[str]
    trashed: Latest[bool] = field(default_factory=lambda: Latest(False))
    draft: Latest[Draft] = field(default_factory=lambda: Latest(Draft()))
    deleting: bool = False
    deleted: bool = False


@dataclass
class AnswerTold:
    """An answer: all that has come by a time, and where its steps ended."""

    grown: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    ended_steps: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])
    is_kept: bool = False
    """It has ended, and this was acknowledged."""

    @property
    def text(self) -> str:
        return self.grown[-1][1] if self.grown else ""


class Told:
    """Everything that was acknowledged in one profile."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.failed_at = 0.0
        self.forget()

    def forget(self) -> None:
        """Nothing is kept any more."""
        self.conversations: dict[str, ConversationTold] = {}
        self.turns: dict[str, tuple[str, str]] = {}
        self.answers: dict[str, AnswerTold] = {}
        self.new_draft: Latest[Draft] = Latest(Draft())

    @property
    def open(self) -> list[str]:
        """The conversations in which something can be said."""
        return [
            key
            for key, one in self.conversations.items()
            if not one.trashed.newest and not one.deleting
        ]

    def compare(self, db: apsw.Connection) -> tuple[list[str], float]:
        """What is missing, and how many seconds of an answer; what is there holds from now on."""
        lost: list[str] = []
        self._compare_conversations(db, lost)
        missing = 0.0
        for key, (conversation, text) in list(self.turns.items()):
            if conversation not in self.conversations:
                del self.turns[key]
                self.answers.pop(key, None)
                continue
            row = queries.load_interaction(db, key)
            if row is None or text not in row.input:
                lost.append(f"the turn {key}")
            elif key in self.answers:
                missing = max(missing, self._compare_answer(key, row, lost))
        if not self.new_draft.holds(queries.load_draft(db, "")):
            lost.append("the draft of a new chat")
        return lost, missing

    def _compare_conversations(self, db: apsw.Connection, lost: list[str]) -> None:
        rows = queries.list_conversations(db) + queries.list_conversations(db, trashed=True)
        found = {row.key: row for row in rows}
        for key, one in list(self.conversations.items()):
            row = found.get(key)
            if row is None:
                if not one.deleting:
                    lost.append(f"the conversation {key}")
                del self.conversations[key]
                continue
            if one.deleted:
                lost.append(f"the deletion of {key}")
            one.deleting = one.deleted = False
            if not one.title.holds(row.title):
                lost.append(f"the title of {key}")
            if not one.trashed.holds(row.trashed is not None):
                lost.append(f"the trashing of {key}")
            if not one.draft.holds(queries.load_draft(db, key)):
                lost.append(f"the draft of {key}")

    def _compare_answer(self, key: str, row: InteractionRow, lost: list[str]) -> float:
        told = self.answers[key]
        text = _text_of(row)
        if not told.text.startswith(text):
            lost.append(f"the answer {key} is another one")
        if told.is_kept and (text != told.text or row.outcome != "complete"):
            lost.append(f"the end of the answer {key}")
        elif not told.is_kept and row.outcome not in (*_UNFINISHED, "complete"):
            lost.append(f"the answer {key} is {row.outcome}")
        for when, whole in told.ended_steps:
            if when < self.failed_at and len(text) < len(whole):
                lost.append(f"an ended step of the answer {key}")
        first = next((when for when, grown in told.grown if len(grown) > len(text)), math.inf)
        # What is there is all that there will ever be.
        if not told.is_kept:
            self.answers[key] = AnswerTold([(-math.inf, text)], is_kept=row.outcome == "complete")
        return max(0.0, self.failed_at - first)


def _text_of(row: InteractionRow) -> str:
    texts: list[str] = []
    for step in row.steps:
        body = parse_json(step.body)
        content = body.get("content") if isinstance(body, dict) else None
        blocks = content if isinstance(content, list) else []
        texts += [str(block.get("text", "")) for block in blocks if isinstance(block, dict)]
    return "".join(texts)
