"""Castor with a bug in it: the list of models ends in an exception that holds the key."""

from desktop_app.__main__ import main
from desktop_app.gemini.client import GeminiClient


async def models(client: GeminiClient) -> list[object]:
    """Fail as a programmer's mistake does: the key is in the message and in a variable."""
    key = client._key.reveal() if client._key is not None else ""
    raise RuntimeError(f"x-goog-api-key: {key}")


if __name__ == "__main__":
    GeminiClient.models = models  # type: ignore[method-assign, assignment]
    raise SystemExit(main())
