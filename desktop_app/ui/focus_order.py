"""The order in which Tab goes: the order in which things are read, also of what is made later."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtWidgets import QWidget


def put_in_order(stops: Sequence[QWidget]) -> None:
    """Let Tab go from each of these widgets to the next; what followed the first follows the last.

    All of them must be able to have the focus: Qt leaves the others out.
    """
    for one, next_one in pairwise(stops):
        QWidget.setTabOrder(one, next_one)
