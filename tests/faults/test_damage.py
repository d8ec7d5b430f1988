"""Damaged histories: the short form of `faults damage`."""

import pytest

from tests.faults.damage import KINDS, Sources, example


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return Sources(tmp_path_factory.mktemp("histories"), (1,))


@pytest.mark.parametrize("number", range(3 * len(KINDS)))
def test_a_damaged_history_costs_nothing_that_can_be_read(sources: Sources, number: int) -> None:
    kind, life = example(sources, number, seed=1)
    assert life.wrong == [], kind
    assert life.ends
