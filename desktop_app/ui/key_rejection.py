"""Why a key was not taken, in words; apart from the dialog, which no start has to import."""

from desktop_app.errors import AppError
from desktop_app.gemini.errors import KEPT, GeminiError


def words_of_rejection(error: AppError) -> str:
    """Say why a key is not taken, in the server's own words where it has some."""
    said = error.server_message if isinstance(error, GeminiError) else ""
    advice = error.advice.removeprefix(KEPT).strip()  # there is no message here
    return f"{error} {f'The server said: {said}' if said else advice}".strip()
