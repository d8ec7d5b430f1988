"""Where a reader is in a conversation."""

from desktop_app.values import value_class


@value_class
class Place:
    """What stands at the top of the window: a block in a part of the turn of this key.

    `share` says how much of the block is above the window, from 0 to 1; it is less than 0 where the
    window begins in the gap above the block.
    """

    turn: str
    part: int = 0
    block: int = 0
    share: float = 0.0
