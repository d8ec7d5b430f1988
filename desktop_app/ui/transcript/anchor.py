"""A point of a turn, whatever the heights above it come to be."""

from desktop_app.values import value_class


@value_class
class Anchor:
    """A point of a turn. `part` counts its parts; one more than there are stands for its foot.

    `share` is how far down in the block it is: 0 to 1, less than 0 in the gap above the block.
    """

    part: int
    block: int
    share: float

    @property
    def top(self) -> "Anchor":
        """The top of the block."""
        return Anchor(self.part, self.block, 0.0)

    @property
    def foot(self) -> "Anchor":
        """The foot of the block."""
        return Anchor(self.part, self.block, 1.0)
