"""All faults of the network that are played."""

from typing import Final

from tests.faults.cases import broken, odd, replaced, unanswered
from tests.faults.network import Fault

FAULTS: Final[tuple[Fault, ...]] = (
    *unanswered.FAULTS,
    *replaced.FAULTS,
    *broken.FAULTS,
    *odd.FAULTS,
)
