"""Looks at a profile from outside, after a kill: is everything there that its ledger says?

It reads what the disk holds, by other means than the program's: nothing here repairs anything.
"""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import apsw

from desktop_app.interactions.jsonvalue import JsonValue
from tests.faults.killing.ledger import EMPTY, Ledger, Written
from tests.faults.killing.server import RecordingServer

ASIDE = "aside"
"""Where the draft of a new chat is while a second start has its composer."""


@dataclass
class Findings:
    """What is wrong, each as a sentence, by its kind."""

    lost: list[str] = field(default_factory=list[str])
    damaged: list[str] = field(default_factory=list[str])
    drafts: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    stuck: list[str] = field(default_factory=list[str])

    def __bool__(self) -> bool:
        return any(vars(self).values())

    def add(self, other: "Findings") -> None:
        for name, found in vars(self).items():
            found.extend(getattr(other, name))


@dataclass(frozen=True)
class Turn:
    """A turn as it is on the disk; `text` is what was asked, `answer` what came."""

    key: str
    chat: str
    id: str | None
    outcome: str
    text: str
    files: tuple[str, ...]
    answer: str


@dataclass
class Disk:
    """What the history of a profile holds."""

    turns: dict[str, Turn] = field(default_factory=dict[str, Turn])
    chats: dict[str, tuple[str, bool]] = field(default_factory=dict[str, tuple[str, bool]])
    drafts: dict[str, Written] = field(default_factory=dict[str, Written])
    files: dict[str, int] = field(default_factory=dict[str, int])


def check(profile: Path, ledger: Ledger, server: RecordingServer) -> Findings:
    """Compare a profile with its ledger."""
    findings = Findings()
    disk = _read(profile / "history.db", findings)
    for backup in _backups(profile):
        _read(backup, findings)
    if findings.damaged:
        return findings
    _check_inputs(disk, ledger, findings)
    _check_requests(disk, ledger, server, findings)
    _check_files(disk, profile, findings)
    _check_answers(disk, ledger, server, findings)
    _check_drafts(disk, ledger, findings)
    _check_chats(disk, ledger, findings)
    _check_settings(profile, ledger, findings)
    return findings


def check_at_rest(profile: Path) -> list[str]:
    """Say what is left behind after a start that ended well."""
    names = ("castor.lock", "castor.socket", "history.db-*", ".settings.json-*", "restore-at-start")
    left = [f"{path.name} is left" for name in names for path in profile.glob(name)]
    findings = Findings()
    disk = _read(profile / "history.db", findings)
    left += findings.damaged
    left += [f"{turn.key} is streaming" for turn in disk.turns.values() if _streams(turn)]
    left += [f"the draft {disk.drafts[ASIDE].text!r} is not back"] if ASIDE in disk.drafts else []
    left += [f"{path.name} has no row" for path in _stored(profile) if path.name not in disk.files]
    return left


def check_restored(profile: Path, before: set[str], backup: set[str]) -> Findings:
    """After a restore, or a part of one: the turns are all as before, or all as in the backup, and
    then those of before are in another backup.
    """
    findings = Findings()
    there = _keys(profile / "history.db", findings)
    kept = [_keys(file, findings) for file in _backups(profile)]
    if there not in (before, backup):
        findings.lost.append(f"{len(there)} turns, neither those of before nor of the backup")
    if there == backup and before not in kept:
        findings.lost.append("what was there before the restore is in no backup")
    if backup not in kept:
        findings.lost.append("the backup is gone")
    return findings


def turns_of(profile: Path) -> set[str]:
    """The keys of all turns in a profile's history."""
    findings = Findings()
    found = _keys(profile / "history.db", findings)
    assert not findings, findings
    return found


def _keys(file: Path, findings: Findings) -> set[str]:
    return set(_read(file, findings).turns)


def _backups(profile: Path) -> list[Path]:
    return sorted((profile / "backups").glob("history-*.db"))


def _streams(turn: Turn) -> bool:
    return turn.outcome == "streaming"


def _stored(profile: Path) -> list[Path]:
    return [path for path in (profile / "attachments").glob("??/*") if path.is_file()]


# --- reading --------------------------------------------------------------------------------------


def _read(file: Path, findings: Findings) -> Disk:
    disk = Disk()
    if not file.exists() or not file.stat().st_size:
        return disk
    try:
        db = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            db.set_busy_timeout(5000)
            if db.pragma("user_version") == 0:
                return disk
            found = [str(row[0]) for row in db.execute("PRAGMA integrity_check")]
            found += [str(row) for row in db.execute("PRAGMA foreign_key_check")]
            if found != ["ok"]:
                findings.damaged.append("; ".join(found))
            _read_rows(db, disk)
        finally:
            db.close()
    except apsw.Error as error:
        findings.damaged.append(f"{type(error).__name__}: {error}")
    return disk


def _read_rows(db: apsw.Connection, disk: Disk) -> None:
    answers: dict[str, str] = {}
    for key, body in db.execute(
        "SELECT interaction, body FROM step WHERE type = 'model_output' ORDER BY position"
    ):
        answers[key] = answers.get(key, "") + _text(json.loads(body).get("content"))
    for key, chat, name, outcome, asked in db.execute(
        "SELECT key, conversation, id, outcome, input FROM interaction"
    ):
        blocks = json.loads(asked)
        files = tuple(str(one["sha256"]) for one in blocks if "sha256" in one)
        answer = answers.get(key, "")
        disk.turns[key] = Turn(key, chat, name, outcome, _text(blocks), files, answer)
    for key, title, trashed in db.execute("SELECT key, title, trashed FROM conversation"):
        disk.chats[key] = str(title), trashed is not None
    for owner, text, attached in db.execute("SELECT conversation, text, attachments FROM draft"):
        digests = tuple(str(one["sha256"]) for one in json.loads(attached))
        disk.drafts[owner] = Written(text, digests)
    disk.files = dict(db.execute("SELECT sha256, size FROM attachment"))


def _text(blocks: JsonValue) -> str:
    found = blocks if isinstance(blocks, list) else []
    texts = [one.get("text") for one in found if isinstance(one, dict)]
    return "".join(text for text in texts if isinstance(text, str))


# --- comparing ------------------------------------------------------------------------------------


def _check_inputs(disk: Disk, ledger: Ledger, findings: Findings) -> None:
    for key, shown in ledger.shown.items():
        turn = disk.turns.get(key)
        if turn is None:
            if "deleted" not in ledger.where.get(shown.chat, []):
                findings.lost.append(f"the input {shown.text[:60]!r} is gone")
        elif (turn.text, turn.files, turn.chat) != (shown.text, shown.files, shown.chat):
            findings.lost.append(f"the input {shown.text[:60]!r} is another one now")
    seen = Counter(shown.text for key, shown in ledger.shown.items() if key in disk.turns)
    there = Counter(turn.text for turn in disk.turns.values())
    for text, count in there.items():
        if not seen[text] <= count <= max(seen[text], ledger.tries[text]):
            findings.wrong.append(f"the input {text[:60]!r} is there {count} times")


def _check_requests(
    disk: Disk, ledger: Ledger, server: RecordingServer, findings: Findings
) -> None:
    """What was sent was on the disk before."""
    there = {turn.text for turn in disk.turns.values()}
    deleted = {
        shown.text
        for shown in ledger.shown.values()
        if "deleted" in ledger.where.get(shown.chat, [])
    }
    for text in server.asked() & ledger.tries.keys() - there - deleted:
        findings.lost.append(f"the server was asked {text[:60]!r}, which is gone")


def _check_files(disk: Disk, profile: Path, findings: Findings) -> None:
    used = {digest for turn in disk.turns.values() for digest in turn.files}
    used |= {digest for draft in disk.drafts.values() for digest in draft.files}
    for digest in sorted(used):
        path = profile / "attachments" / digest[:2] / digest
        if digest not in disk.files:
            findings.lost.append(f"the attachment {digest[:12]} has no row")
        elif not path.exists():
            findings.lost.append(f"the attachment {digest[:12]} has no file")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            findings.damaged.append(f"the attachment {digest[:12]} holds other bytes")


def _check_answers(disk: Disk, ledger: Ledger, server: RecordingServer, findings: Findings) -> None:
    for turn in disk.turns.values():
        said = server.said(turn.id) if turn.id is not None else None
        if said is None:
            continue
        text, whole = said
        if turn.outcome == "complete":
            if turn.answer != text or not whole:
                findings.wrong.append(f"the answer to {turn.text[:60]!r} is not what was said")
        elif not text.startswith(turn.answer):
            findings.wrong.append(f"the answer to {turn.text[:60]!r} does not begin as was said")
    for key, (outcome, text) in ledger.ended.items():
        turn = disk.turns.get(key)
        final = outcome in ("complete", "cancelled")  # what broke may be gone on with
        if turn is not None and final and (turn.outcome, turn.answer) != (outcome, text):
            findings.wrong.append(f"the answer to {turn.text[:60]!r} was {outcome}, and is not now")


def _check_drafts(disk: Disk, ledger: Ledger, findings: Findings) -> None:
    asked = {turn.text for turn in disk.turns.values()}
    for owner, possible in ledger.drafts.items():
        if owner and "deleted" in ledger.where.get(owner, []):
            continue
        there = _there(disk, owner)
        if there in possible and there != EMPTY:
            continue
        first = possible[0]
        sent = [one.text for one in possible if one != EMPTY and one.text in asked]
        if there == EMPTY and (first == EMPTY or (EMPTY in possible and sent)):
            continue
        if first.text in there.text.split("\n\n") and set(first.files) <= set(there.files):
            continue  # a second start brought more
        findings.drafts.append(f"{there.text[:60]!r} stands where {first.text[:60]!r} was")


def _there(disk: Disk, owner: str) -> Written:
    """What stands in a composer, or will when the next start has brought it back."""
    there, aside = disk.drafts.get(owner, EMPTY), disk.drafts.get(ASIDE)
    if owner or aside is None:
        return there
    texts = [text for text in (aside.text, there.text) if text]
    return Written("\n\n".join(texts), tuple({*aside.files, *there.files}))


def _check_chats(disk: Disk, ledger: Ledger, findings: Findings) -> None:
    for key, states in ledger.where.items():
        title, trashed = disk.chats.get(key, ("", False))
        state = "trashed" if trashed else "listed" if key in disk.chats else "deleted"
        if state not in states:
            findings.wrong.append(f"a conversation is {state} and not {' or '.join(states)}")
        titles = ledger.titles.get(key, [""])
        if state != "deleted" and "" not in titles and title not in titles:
            findings.wrong.append(f"a conversation is named {title!r} and not {titles[-1]!r}")


def _check_settings(profile: Path, ledger: Ledger, findings: Findings) -> None:
    file = profile / "settings.json"
    try:
        there = json.loads(file.read_text("utf-8")) if file.exists() else {}
    except ValueError:
        findings.damaged.append("settings.json is no JSON")
        return
    for name, values in ledger.settings.items():
        if str(there.get(name, "")) not in values and "" not in values:
            findings.wrong.append(f"the setting {name} is {there.get(name)!r}, not {values[-1]!r}")
