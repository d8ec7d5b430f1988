"""kill -9 of the real program, the short form: every fault point, every area, and planted bugs."""

import random
import sys

import pytest

from desktop_app.faultpoints import POINTS
from tests.faults.kill import campaign, report
from tests.faults.killing.defects import DEFECTS
from tests.faults.killing.plans import (
    AREA_OF_POINT,
    AREAS,
    POINTS_OF_HANDOVER,
    Kill,
    at_point,
    at_some_time,
    draw_kills,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no process group to kill")


PARTS = 4


def kills_of_short_form() -> list[Kill]:
    """Each point once, which comes by every area, two with a second start, some at any time."""
    rng = random.Random(7)
    kills = [at_point(point) for point in POINTS]
    kills += [at_point(point, area="handover") for point in POINTS_OF_HANDOVER[:2]]
    kills += [at_some_time(area, rng) for area in ("talk", "upload", "handover", "delete")]
    rng.shuffle(kills)
    return kills


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_is_lost_at_any_point_or_time(part: int) -> None:
    kills = kills_of_short_form()[part::PARTS]
    tally = campaign(kills, seed=7 + part, size=(len(kills) + 1) // 2)
    found = report(tally)
    assert not tally.findings, found
    assert not tally.not_reached, found  # no dead point
    assert tally.kills == len(kills)
    assert tally.acknowledged > 0


@pytest.mark.parametrize(
    ("defect", "kill", "kind"),
    [
        ("shown before commit", at_point("input.shown"), "lost"),
        ("drafts forgotten", at_point("end.began"), "drafts"),
        ("streaming left", at_point("answer.event", 5), "stuck"),
        ("settings torn", at_point("settings.written", 2), "damaged"),
    ],
)
def test_a_planted_bug_is_found(defect: str, kill: Kill, kind: str) -> None:
    tally = campaign([kill], seed=1, workers=1, defect=defect)
    assert getattr(tally.findings, kind), report(tally)


def test_every_bug_that_can_be_planted_is_looked_for(request: pytest.FixtureRequest) -> None:
    marks = test_a_planted_bug_is_found.pytestmark  # type: ignore[attr-defined]
    assert {case[0] for case in marks[0].args[1]} == DEFECTS.keys()


def test_the_short_form_comes_by_every_point_and_area() -> None:
    kills = kills_of_short_form()
    assert {kill.point for kill in kills} >= POINTS.keys()
    assert {kill.area for kill in kills} == set(AREAS)


def test_a_thousand_kills_are_six_hundred_at_random_and_each_point_has_its_turns() -> None:
    kills = draw_kills(random.Random(1), 1000, sorted(POINTS))
    at_points = [kill.point for kill in kills if kill.point]
    assert len(at_points) == 400
    assert set(at_points) == POINTS.keys()
    assert all(30 <= kill.milliseconds <= 1500 for kill in kills if not kill.point)
    assert {kill.area for kill in kills} == set(AREAS) == set(AREA_OF_POINT.values())
