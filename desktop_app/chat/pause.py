"""What stands between a turn and its next try."""

from desktop_app.values import value_class


@value_class
class Pause:
    """Why a turn has not gone out, or not again; the person may call it off.

    `until` is when it is tried by itself, by `time.monotonic`; `None` where nobody knows.
    `hurries` says that the person may have it tried at once.
    """

    why: str
    until: float | None = None
    hurries: bool = True
