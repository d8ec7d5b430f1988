"""What one profile owes its person: everything that was seen on its window, from outside.

A report is believed when it came through the pipe before the kill. What was begun and not seen to
end may have happened or not; what was seen must be there.
"""

from collections import Counter
from dataclasses import dataclass, field

from desktop_app.interactions.jsonvalue import JsonObject


@dataclass(frozen=True)
class Shown:
    """An input that stands in a conversation."""

    chat: str
    text: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    """What stands in a composer."""

    text: str = ""
    files: tuple[str, ...] = ()


EMPTY = Written()


@dataclass
class Ledger:
    """`drafts` has for each composer all that may stand in it, that which was seen first.

    `settings` and `titles` are likewise, by name and by conversation; `where` says of a
    conversation whether it may be "listed", "trashed" or "deleted". `tries` counts how often words
    were about to be sent, `sending` from which composer.
    """

    shown: dict[str, Shown] = field(default_factory=dict[str, Shown])
    tries: Counter[str] = field(default_factory=Counter[str])
    ended: dict[str, tuple[str, str]] = field(default_factory=dict[str, tuple[str, str]])
    drafts: dict[str, list[Written]] = field(default_factory=dict[str, list[Written]])
    settings: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    titles: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    where: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    sending: dict[str, str] = field(default_factory=dict[str, str])
    acknowledged: int = 0

    def take(self, report: JsonObject) -> None:
        """Note what a run said."""
        what = str(report["what"])
        key, text = str(report.get("key", "")), str(report.get("text", ""))
        match what:
            case "shown":
                chat = str(report["chat"])
                self.shown[key] = Shown(chat, text, _words(report["files"]))
                self.acknowledged += 1
                self.where.setdefault(chat, ["listed"])
                self._sent(chat, text)
            case "ended":
                self.ended[key] = str(report["outcome"]), text
            case "sending":
                self.tries[text] += 1
                if report["owner"] is not None:
                    self._begin_sending(text, report)
            case "typing":
                for last in list(self._of(report)):
                    self._may_be(str(report["owner"]), Written(text, last.files))
            case "attaching":
                for last in list(self._of(report)):
                    files = (*last.files, str(report["file"]))
                    self._may_be(str(report["owner"]), Written(last.text, files))
            case "draft":
                self.drafts[str(report["owner"])] = [Written(text, _words(report["files"]))]
            case _:
                self._take_state(what, key, report)

    def _take_state(self, what: str, key: str, report: JsonObject) -> None:
        match what:
            case "naming":
                self.titles.setdefault(key, [""]).append(str(report["title"]))
            case "named":
                self.titles[key] = [str(report["title"])]
            case "setting":
                self.settings.setdefault(str(report["name"]), [""]).append(str(report["value"]))
            case "set":
                self.settings[str(report["name"])] = [str(report["value"])]
            case "trashing" | "deleting" | "restoring":
                self.where[key] = [*self.where.get(key, ["listed"]), _STATES[what]]
            case "trashed" | "deleted" | "restored":
                self.where[key] = [_STATES[what]]
            case _:
                pass

    def _of(self, report: JsonObject) -> list[Written]:
        return self.drafts.setdefault(str(report["owner"]), [EMPTY])

    def _may_be(self, owner: str, written: Written) -> None:
        self.drafts.setdefault(owner, [EMPTY]).append(written)

    def _begin_sending(self, text: str, report: JsonObject) -> None:
        owner = str(report["owner"])
        for last in self._of(report)[:1]:
            self._may_be(owner, Written(text, last.files))
        self._may_be(owner, EMPTY)
        self.sending[text] = owner

    def _sent(self, chat: str, text: str) -> None:
        """The composer that it came from is empty now, and so is that of its chat."""
        owner = self.sending.pop(text, None)
        if owner is not None:
            self.drafts[owner] = self.drafts[chat] = [EMPTY]


_STATES = {
    "trashing": "trashed",
    "trashed": "trashed",
    "restoring": "listed",
    "restored": "listed",
    "deleting": "deleted",
    "deleted": "deleted",
}


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in value) if isinstance(value, list) else ()
