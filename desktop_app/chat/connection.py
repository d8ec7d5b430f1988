"""The client in use: one for the server and key of now, made when it is first needed."""

from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from desktop_app.chat.uploading import Uploads
from desktop_app.gemini.errors import OtherServer
from desktop_app.interactions.content import AttachmentContent
from desktop_app.network import AS_SYSTEM, Network
from desktop_app.secret import Secret

if TYPE_CHECKING:
    from desktop_app.gemini.client import GeminiClient

AttachmentReader = Callable[[AttachmentContent], AsyncIterator[bytes]]


class Connection:
    """Hands out the client and remakes it when server, version, key or the way there change.

    A client that was replaced lives on until the program ends: an answer may still come over it.
    """

    def __init__(self, open_attachment: AttachmentReader, uploads: Uploads) -> None:
        self._open_attachment = open_attachment
        self.uploads = uploads
        self._wanted: tuple[str, str, Secret | None] | None = None
        self._network = AS_SYSTEM
        self._client: GeminiClient | None = None
        self._replaced: list[GeminiClient] = []

    def use(self, base_url: str, api_version: str, secret: Secret | None) -> None:
        """Say which server, version and key the next request is for."""
        wanted = (base_url, api_version, secret)
        if wanted != self._wanted:
            self._wanted = wanted
            self._replace()

    def use_network(self, network: Network) -> None:
        """Say how servers are reached by the next request."""
        if network != self._network:
            self._network = network
            self._replace()

    def _replace(self) -> None:
        if self._client is not None:
            self._replaced.append(self._client)
        self._client = None

    @property
    def client(self) -> "GeminiClient":
        """The client. Importing it takes 150 ms, which no start has to wait for."""
        if self._client is None:
            assert self._wanted is not None, "use() comes first"
            self._client = self.make(*self._wanted)
        return self._client

    def client_of(self, origin: str) -> "GeminiClient":
        """The client, for what belongs to the server of this origin and is no other's business.

        Raises `OtherServer` where another one is in use by now.
        """
        if str(self.client.origin) != origin:
            raise OtherServer(
                "This was asked of another server than the one in use.",
                "Choose that server again in settings, or ask again.",
                code="other_server",
            )
        return self.client

    def make(self, base_url: str, api_version: str, secret: Secret | None) -> "GeminiClient":
        """Make another client, such as one to check a key with; the caller closes it."""
        from desktop_app.gemini.client import GeminiClient

        return GeminiClient(
            secret,
            base_url,
            api_version,
            open_attachment=self._open_attachment,
            network=self._network,
        )

    async def aclose(self) -> None:
        """Close all connections."""
        for client in [*self._replaced, self._client]:
            if client is not None:
                await client.aclose()
        self._replaced.clear()
        self._client = None
