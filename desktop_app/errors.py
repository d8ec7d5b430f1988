"""The base of every exception whose text a person may read; any level may import it."""


class AppError(Exception):
    """A failure that is told to the person in plain words.

    `str(error)` is one sentence that says what happened; `advice` is an optional second one that
    says what was kept or what to do. Both are plain text and hold neither the API key nor the
    text of a conversation.
    """

    def __init__(self, sentence: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.advice = advice
