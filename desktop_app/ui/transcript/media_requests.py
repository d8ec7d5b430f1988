"""What is asked for of a piece of media: values that go up from where it is shown."""

from typing import TypeAlias

from desktop_app.chat.media import MediaRef
from desktop_app.values import value_class


@value_class
class PixelsWanted:
    """A picture is in sight, and needs at most `longest` pixels a side."""

    ref: MediaRef
    longest: int


@value_class
class ViewWanted:
    """A picture is to be seen in a window of its own."""

    ref: MediaRef


@value_class
class OpenWanted:
    """The system's program for it is to open it."""

    ref: MediaRef


@value_class
class SaveWanted:
    """It is to be saved where the person says."""

    ref: MediaRef


MediaRequest: TypeAlias = PixelsWanted | ViewWanted | OpenWanted | SaveWanted
