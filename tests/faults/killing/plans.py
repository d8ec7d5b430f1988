"""What a run does before it is killed, and where: areas, plans, and the sample files for them."""

import hashlib
import random
import wave
from dataclasses import dataclass
from pathlib import Path

from tests.pictures import encoded, picture

Plan = list[list[str]]

AREA_OF_POINT = {
    "answer": "talk",
    "attachment": "attach",
    "backup": "backup",
    "database": "talk",
    "deletion": "delete",
    "draft": "draft",
    "end": "end",
    "export": "export",
    "file": "save",
    "handover": "handover",
    "input": "talk",
    "migration": "migrate",
    "request": "talk",
    "restore": "restore",
    "settings": "settings",
    "start": "talk",
    "upload": "upload",
}

MOST_PASSINGS = {
    "answer.event": 40,
    "answer.saving": 4,
    "backup.copied": 1,
    "backup.named": 1,
    "database.commit": 12,
    "database.committed": 12,
    "draft.saving": 4,
    "export.turn": 3,
    "migration.written": 3,
    "migration.committed": 3,
    "settings.replaced": 3,
    "settings.written": 3,
    "deletion.committed": 1,
    "deletion.done": 1,
    "deletion.sent": 1,
    "end.began": 1,
    "end.closed": 1,
    "file.written": 1,
    "handover.taken": 1,
    "migration.copied": 1,
    "restore.copied": 1,
    "restore.kept": 1,
    "restore.placed": 1,
    "start.marked": 1,
}
"""How often a plan certainly comes by; elsewhere twice."""

POINTS_OF_HANDOVER = ("input.written", "input.committed", "input.shown", "request.ready")
"""What a second start brings comes by these too, past a draft that stands in a new chat."""

AREAS = tuple(sorted(set(AREA_OF_POINT.values())))


@dataclass(frozen=True)
class Kill:
    """One kill: in which area, and at which passing of which point, or so many milliseconds after
    the first sign of life ("alive") or the first sight of the window ("window").
    """

    area: str
    point: str = ""
    passing: int = 1
    after: str = "alive"
    milliseconds: int = 0

    def __str__(self) -> str:
        if self.point:
            return f"{self.area}, {self.point}:{self.passing}"
        return f"{self.area}, {self.milliseconds} ms after {self.after}"


def at_point(point: str, passing: int = 1, area: str = "") -> Kill:
    """Kill at a point, in the area that it belongs to or in another one that comes by."""
    return Kill(area or AREA_OF_POINT[point.partition(".")[0]], point, passing)


def at_some_time(area: str, rng: random.Random) -> Kill:
    """Kill after 30 to 1,500 ms; what has no window is over sooner."""
    if area in ("export", "restore"):
        return Kill(area, milliseconds=rng.randint(30, 300))
    after = "window" if rng.random() < 0.7 else "alive"
    return Kill(area, after=after, milliseconds=rng.randint(30, 1500))


def draw_kills(rng: random.Random, count: int, points: list[str]) -> list[Kill]:
    """Draw six tenths at random times and four tenths at points, each of which has its turn."""
    at_points = count * 4 // 10
    kills: list[Kill] = []
    for number in range(at_points):
        point = points[number % len(points)]
        if point in POINTS_OF_HANDOVER and rng.random() < 0.4:
            kills.append(at_point(point, area="handover"))
        else:
            kills.append(at_point(point, rng.randint(1, MOST_PASSINGS.get(point, 2))))
    at_random = range(count - at_points)
    kills += [at_some_time(AREAS[number % len(AREAS)], rng) for number in at_random]
    rng.shuffle(kills)
    return kills


class Writer:
    """Makes words and files that are like no others, so that each can be told from all."""

    def __init__(self, rng: random.Random, folder: Path, name: str) -> None:
        self._rng = rng
        self._folder = folder
        self._name = name
        self._count = 0

    def words(self, what: str = "question") -> str:
        """New words; some have more than one line, and letters that are not ASCII."""
        self._count += 1
        ending = self._rng.choice(("", "", "\nand a second line", " – schön, 質問, 🙂"))
        return f"{what} {self._name}-{self._count}{ending}"

    def file(self, kind: str) -> tuple[str, str]:
        """A new file; give its path and its digest."""
        self._count += 1
        path = self._folder / f"{self._name}-{self._count}.{kind}"
        words = f"{self._name} {self._count} ".encode()
        match kind:
            case "png":
                shade = hashlib.sha256(words).hexdigest()[:6]
                path.write_bytes(encoded(picture(color=f"#{shade}")))
            case "wav":
                with wave.open(str(path), "wb") as sound:
                    sound.setnchannels(1)
                    sound.setsampwidth(2)
                    sound.setframerate(8000)
                    sound.writeframes((words * 4000)[: 2 * 16000])
            case _:
                path.write_bytes(words * 500)
        return str(path), hashlib.sha256(path.read_bytes()).hexdigest()


def plan_for(area: str, rng: random.Random, writer: Writer) -> Plan:
    """What the hand does in an area, for as long as it is let."""
    return _PLANS[area](rng, writer)


def rest_plan(writer: Writer) -> Plan:
    """What shows that a profile is sound: one more question, answered, and a good end."""
    return [["new"], ["send", writer.words("rest")], ["wait"], ["quit"]]


def _talk(rng: random.Random, writer: Writer) -> Plan:
    again = rng.choice((["retry"], ["stop"], ["wait"]))
    return [
        rng.choice((["new"], ["sleep", "0"])),
        ["type", writer.words()],
        ["send"],
        ["scribble", writer.words("draft")],
        ["wait"],
        ["send", writer.words()],
        ["sleep", "0.3"],
        again if again != ["retry"] else ["wait"],
        ["wait"],
        again if again == ["retry"] else ["sleep", "0"],
        ["wait"],
        ["new"],
        ["type", writer.words("draft")],
        ["send"],
        ["wait"],
    ]


def _draft(rng: random.Random, writer: Writer) -> Plan:
    plan: Plan = [["new"]]
    for _ in range(4):
        plan += [["scribble", writer.words("draft")], ["type", writer.words("draft")]]
    return [*plan, ["send"], ["type", writer.words("draft")], ["wait"]]


def _attach(rng: random.Random, writer: Writer) -> Plan:
    first = writer.file(rng.choice(("txt", "txt", "png")))
    second = writer.file("txt")
    return [
        ["new"],
        ["attach", *first],
        ["scribble", writer.words()],
        ["attach", *second],
        ["send"],
        ["wait"],
        ["attach", *writer.file("txt")],
        ["scribble", writer.words("draft")],
    ]


def _upload(rng: random.Random, writer: Writer) -> Plan:
    return [
        ["new"],
        ["attach", *writer.file("wav")],
        ["send", writer.words()],
        ["wait"],
        ["attach", *writer.file("wav")],
        ["attach", *writer.file("wav")],
        ["send", writer.words()],
        ["wait"],
    ]


def _delete(rng: random.Random, writer: Writer) -> Plan:
    return [
        ["new"],
        ["attach", *writer.file(rng.choice(("txt", "wav")))],
        ["send", writer.words()],
        ["rename", writer.words("title").replace("\n", " ")],
        ["wait"],
        ["trash"],
        ["restore"],
        ["trash"],
        ["delete"],
        ["send", writer.words()],
        ["trash"],
        ["sleep", "0.2"],
    ]


def _settings(rng: random.Random, writer: Writer) -> Plan:
    plan: Plan = []
    for _ in range(6):
        plan.append(["set", "system_instruction", writer.words("instruction")])
        plan.append(["set", "theme", rng.choice(("light", "dark"))])
        plan.append(["sleep", "0.1"])
    return [*plan, ["send", writer.words()], ["wait"]]


def _save(rng: random.Random, writer: Writer) -> Plan:
    path, _ = writer.file("png")
    return [["sleep", "0.1"], ["save", path], ["send", writer.words()], ["wait"]]


def _end(rng: random.Random, writer: Writer) -> Plan:
    sending: Plan = [["send", writer.words()], ["sleep", "0.4"]] if rng.random() < 0.7 else []
    return [*sending, ["scribble", writer.words("draft")], ["quit"]]


def _backup(rng: random.Random, writer: Writer) -> Plan:
    """What goes on while a backup is made."""
    return [["new"], ["send", writer.words()], ["scribble", writer.words("draft")], ["wait"]]


def _wait_for_others(rng: random.Random, writer: Writer) -> Plan:
    return [["new"], ["scribble", writer.words("draft")]]


_PLANS = {
    "talk": _talk,
    "backup": _backup,
    "draft": _draft,
    "attach": _attach,
    "upload": _upload,
    "delete": _delete,
    "settings": _settings,
    "save": _save,
    "end": _end,
    "export": _wait_for_others,
    "handover": _wait_for_others,
    "migrate": _talk,
}
