"""The test of a connection names the first step that fails."""

import asyncio
import json
import time
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest

from desktop_app.gemini import diagnosis, errors
from desktop_app.gemini.diagnosis import Diagnosis, Step, Subject, diagnose
from desktop_app.network import Network, Proxy
from desktop_app.secret import Secret
from tests import proxies
from tests.certificates import DAY, Authority, Server
from tests.proxies import BASE_URL, HOST, PASSWORD, USER
from tests.scriptserver import Request, Script, Writer, answer, answers, script_server

KEY = "canary-key-0123456789-abcdef"
HERE = "127.0.0.1"
NOWHERE = "http://127.0.0.1:1"
AUTHORITY = Authority()


def listed(*names: str) -> bytes:
    entries = [
        {"name": f"models/{name}", "supportedGenerationMethods": ["generateContent"]}
        for name in names
    ]
    return json.dumps({"models": entries}).encode()


def subject(
    base_url: str = BASE_URL,
    proxy: Proxy | None = None,
    key: str | None = KEY,
    authorities: str = "",
    model: str = "gemini-3.8-flash",
) -> Subject:
    network = Network(as_system=False, proxy=proxy, authorities=authorities)
    return Subject(base_url, "v1beta", Secret(key) if key else None, model, network)


async def of_answers(*bodies: bytes, key: str | None = KEY) -> Diagnosis:
    async with script_server(answers(*bodies)) as server:
        return await diagnose(subject(server.base_url, key=key))


# --- what is fine ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("loop_factory")
async def test_a_connection_that_is_fine_is_counted_and_timed() -> None:
    async with script_server(answers(answer(listed("gemini-3.8-flash", "b")))) as server:
        found = await diagnose(subject(server.base_url))
    words, _, rest = found.sentence.partition(" models, ")
    assert words == "Connection is fine: 2"
    milliseconds, unit, _ = rest.partition(" ms.")
    assert (milliseconds.isdigit(), unit) == (True, " ms.")
    assert (found.advice, found.failed) == ("", None)


async def test_one_model_is_one_model() -> None:
    found = await of_answers(answer(listed("gemini-3.8-flash")))
    assert found.sentence.startswith("Connection is fine: 1 model, ")


@pytest.mark.usefixtures("loop_factory")
@pytest.mark.parametrize("kind", ["http", "socks5"])
async def test_it_is_tested_over_the_proxy_and_the_key_stays_hidden_from_it(
    tmp_path: Path, kind: str
) -> None:
    tls = AUTHORITY.certify(HOST).context(tmp_path)
    script = answers(answer(listed("gemini-3.8-flash")))
    async with script_server(script, tls) as server:
        places = {f"{HOST}:443": server.base_url.removeprefix("https://")}
        make = proxies.http_proxy if kind == "http" else proxies.socks_proxy
        async with make(places, USER, PASSWORD) as proxy:
            known = proxy.proxy(USER, PASSWORD)
            found = await diagnose(subject(proxy=known, authorities=AUTHORITY.pem))
    assert found.failed is None
    assert server.requests[0].headers["x-goog-api-key"] == KEY
    assert KEY.encode() not in proxy.seen


# --- name, connection -----------------------------------------------------------------------------


async def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def resolve(*_names: object, **_more: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    found = await diagnose(subject())
    assert found == Diagnosis(
        f"{HOST} could not be found.", "Check the network and try again.", Step.NAME
    )


@pytest.mark.parametrize("host", [f"{'x' * 70}.example.com", "a..example.com"])
async def test_a_name_that_cannot_be_one(host: str) -> None:
    found = await diagnose(subject(f"https://{host}"))
    assert found.failed is not None
    assert found.sentence.endswith(".")


async def test_a_server_that_does_not_listen() -> None:
    found = await diagnose(subject(NOWHERE))
    assert found == Diagnosis(
        f"{HERE} could not be reached.", "Check the network and try again.", Step.CONNECTION
    )


async def test_a_server_that_never_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "TIME_LIMIT", 0.2)

    async def silence(_request: Request, _writer: Writer) -> None:
        await asyncio.sleep(30)

    async with script_server(silence) as server:
        found = await diagnose(subject(server.base_url))
    assert found == Diagnosis(f"{HERE} did not answer within 0 seconds.", failed=Step.ANSWER)


async def test_it_can_be_stopped() -> None:
    asked = asyncio.Event()

    async def silence(_request: Request, _writer: Writer) -> None:
        asked.set()
        await asyncio.sleep(30)

    async with script_server(silence) as server:
        task = asyncio.create_task(diagnose(subject(server.base_url)))
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# --- the proxy ------------------------------------------------------------------------------------


async def of_proxy(listening: proxies.Listening, user: str = "", password: str = "") -> Diagnosis:
    async with listening as proxy:
        return await diagnose(subject(proxy=proxy.proxy(user, password or None)))


async def test_each_failure_of_a_proxy_is_named(tmp_path: Path) -> None:
    settings = "in settings, under Network."
    dead = await diagnose(subject(proxy=Proxy("socks5", HERE, 1)))
    assert dead == Diagnosis(
        "The proxy 127.0.0.1 could not be reached.", f"Check it {settings}", Step.PROXY
    )
    wanted = await of_proxy(proxies.http_proxy({}, USER, PASSWORD))
    assert wanted == Diagnosis("The proxy needs a password.", f"Enter it {settings}", Step.PROXY)
    wrong = await of_proxy(proxies.socks_proxy({}, USER, PASSWORD), USER, "wrong")
    assert wrong.sentence == "The proxy did not accept the user name or the password."
    refused = await of_proxy(
        proxies.http_proxy({}, refusal=b"HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n")
    )
    assert refused.sentence == f"The proxy does not let Castor through to {HOST} (403)."
    lost = await of_proxy(proxies.http_proxy({}))
    assert lost.sentence == f"The proxy could not reach {HOST} (502)."
    odd = await of_proxy(proxies.odd_proxy("http", b"SSH-2.0-x\r\n"))
    assert "is no proxy of this kind" in odd.sentence
    tls = Authority("somebody else").certify(HERE).context(tmp_path)
    unknown = await of_proxy(proxies.http_proxy({}, tls=tls))
    assert unknown.sentence == "The certificate of the proxy 127.0.0.1 is not trusted."
    found = (dead, wanted, wrong, refused, lost, odd, unknown)
    assert {one.failed for one in found} == {Step.PROXY}
    assert not any(errors.KEPT in one.advice for one in found)


async def test_a_proxy_of_the_system_that_cannot_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks4://127.0.0.1:9")
    found = await diagnose(Subject(BASE_URL, "v1beta", Secret(KEY), "m", Network()))
    assert found.sentence == "The system names a proxy that Castor cannot use."
    assert found.failed is Step.PROXY


# --- the certificate ------------------------------------------------------------------------------


async def of_certificate(
    folder: Path, shown: Server, now: float | None = None, *, over_proxy: bool = False
) -> Diagnosis:
    async with script_server(answers(answer(b"{}")), shown.context(folder)) as server:
        clock = time.time if now is None else lambda: now
        if not over_proxy:
            one = subject(server.base_url, authorities=AUTHORITY.pem)
            found = await diagnose(one, clock)
        else:
            places = {f"{HOST}:443": server.base_url.removeprefix("https://")}
            async with proxies.http_proxy(places) as proxy:
                one = subject(proxy=proxy.proxy(), authorities=AUTHORITY.pem)
                found = await diagnose(one, clock)
    assert server.requests == [], "nothing is sent to who is not trusted"
    return found


@pytest.mark.usefixtures("loop_factory")
@pytest.mark.parametrize("over_proxy", [False, True])
async def test_the_issuer_of_a_certificate_that_is_not_trusted_is_named(
    tmp_path: Path, over_proxy: bool
) -> None:
    host = HOST if over_proxy else HERE
    shown = Authority("Corp Inspection CA").certify(host)
    found = await of_certificate(tmp_path, shown, over_proxy=over_proxy)
    assert found.failed is Step.CERTIFICATE
    assert found.sentence == f"The certificate of {host} is not trusted."
    assert found.advice == (
        "It was issued by “Corp Inspection CA”. Something on the way may be reading along. If "
        "your company is, choose its CA file in settings, under Network."
    )


async def test_a_certificate_of_somebody_else_is_named(tmp_path: Path) -> None:
    found = await of_certificate(tmp_path, AUTHORITY.certify("portal.castor.test"))
    assert found.sentence == f"The certificate that came is not one of {HERE}."
    assert found.advice.startswith(
        "It is one of “portal.castor.test”, issued by “Castor’s test authority”. "
        "This network may need a sign-in"
    )


async def test_a_certificate_out_of_its_time_is_compared_with_the_clock(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    for begin, end, sentence in (
        (-9 * DAY, -2 * DAY, f"The certificate of {HERE} has expired."),
        (2 * DAY, 9 * DAY, f"The certificate of {HERE} is not valid yet."),
    ):
        shown = AUTHORITY.certify(HERE, begin=begin, end=end)
        found = await of_certificate(tmp_path, shown, now.timestamp())
        made = shown.certificate
        assert found.sentence == sentence
        assert found.advice.startswith(
            f"It is valid from {made.not_valid_before_utc:%Y-%m-%d} to "
            f"{made.not_valid_after_utc:%Y-%m-%d}, and this computer’s clock says "
            "2026-11-24 08:30 UTC. Check this computer’s clock."
        )


async def test_a_server_without_tls() -> None:
    async with proxies.odd_proxy("http", b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        found = await diagnose(subject(f"https://{HERE}:{server.port}"))
    assert found.sentence == f"No secure connection to {HERE} could be made."
    assert found.failed is Step.CERTIFICATE


# --- the answer -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["200 OK", "403 Forbidden", "511 Network Authentication"])
async def test_a_page_to_sign_in(status: str) -> None:
    found = await of_answers(answer(b"<html>Welcome to the hotel", status, "text/html"))
    assert found == Diagnosis(
        "A web page came instead of an answer.",
        "This network may need a sign-in: open any page in your browser. If not, the base URL is "
        "wrong.",
        Step.SIGN_IN,
    )


async def test_a_redirect_is_told_and_not_followed() -> None:
    async with script_server(answers(answer())) as elsewhere:
        away = answer(b"", "302 Found", location=f"{elsewhere.base_url}/login?x=secret")
        found = await of_answers(away)
        assert elsewhere.requests == []
    assert found.sentence == f"{HERE} sent Castor on to {HERE}; it did not follow."
    assert found.failed is Step.SIGN_IN


@pytest.mark.parametrize("location", ["", "http://[::1", "javascript:alert(1)"])
async def test_a_redirect_to_nowhere_is_a_page(location: str) -> None:
    found = await of_answers(answer(b"", "307 Temporary Redirect", location=location))
    assert found.failed is Step.SIGN_IN
    assert "javascript" not in found.sentence + found.advice


async def test_a_server_without_a_list_of_models() -> None:
    found = await of_answers(answer(b'{"error":{"code":"not_found"}}', "404 Not Found"))
    assert found == Diagnosis(
        f"{HERE} answers, but has no list of models at this address.",
        "Check the base URL and the API version.",
        Step.ANSWER,
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (answer(b'{"error":{"code":"api_error"}}', "500 x"), "The server failed."),
        (answer(b'{"error":{"code":"x"}}', "503 x"), "The server is overloaded."),
        (answer(b"[]"), "The server"),
        (answer(b"garbage", media_type="text/plain"), "The server"),
        (b"garbage\r\n\r\n", "What 127.0.0.1 sent is no answer of a web server."),
    ],
)
async def test_every_other_answer_ends_in_a_sentence(body: bytes, sentence: str) -> None:
    found = await of_answers(body)
    assert found.sentence.startswith(sentence)
    assert found.failed is Step.ANSWER


# --- key and model --------------------------------------------------------------------------------

_INVALID = json.dumps(
    {
        "error": {
            "code": 400,
            "message": "API key not valid.",
            "status": "INVALID_ARGUMENT",
            "details": [{"@type": "x", "reason": "API_KEY_INVALID"}],
        }
    }
).encode()
_UNKNOWN = b'{"error":{"code":"authentication","message":"No such key."}}'
_FORBIDDEN = b'{"error":{"code":"permission_denied","message":"Not in your region."}}'


@pytest.mark.parametrize(
    ("body", "sentence", "said"),
    [
        (
            answer(_INVALID, "400 Bad Request"),
            "The server did not accept the API key.",
            "The server said: API key not valid. Check the key, or paste another one.",
        ),
        (
            answer(_UNKNOWN, "401 Unauthorized"),
            "The server did not accept the API key.",
            "The server said: No such key. Check the key, or paste another one.",
        ),
        (
            answer(_FORBIDDEN, "403 Forbidden"),
            "The key may not do this.",
            "The server said: Not in your region. Check what the key is allowed to do.",
        ),
    ],
)
async def test_a_key_that_is_not_accepted(body: bytes, sentence: str, said: str) -> None:
    assert await of_answers(body) == Diagnosis(sentence, said, Step.KEY)


async def test_without_a_key_the_rest_is_tested() -> None:
    found = await of_answers(answer(_FORBIDDEN, "403 Forbidden"), key=None)
    assert found == Diagnosis(
        f"{HERE} answers, but there is no key to ask it with.",
        "Enter one under Privacy and storage.",
        Step.KEY,
    )


def with_models(*names: str, alone: str = "") -> Script:
    async def script(request: Request, writer: Writer) -> None:
        if request.target.startswith("/v1beta/models?"):
            writer.write(answer(listed(*names)))
        elif request.target == f"/v1beta/models/{alone}":
            writer.write(answer(b'{"name": "models/x"}'))
        else:
            writer.write(answer(b'{"error":{"code":"not_found"}}', "404 Not Found"))

    return script


async def test_a_model_that_the_server_does_not_have() -> None:
    async with script_server(with_models("a", "b")) as server:
        found = await diagnose(subject(server.base_url, model="gemini-9"))
    assert found == Diagnosis(
        "The server does not have the model gemini-9.",
        "The rest of the connection is fine. Choose another one under Models.",
        Step.MODEL,
    )


async def test_a_model_that_is_had_but_not_listed_is_fine() -> None:
    script = with_models("a", "b", alone="gemini-flash-latest")
    async with script_server(script) as server:
        found = await diagnose(subject(server.base_url, model="gemini-flash-latest"))
    assert found.failed is None


# --- the clock ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (0, ""),
        (-200, ""),
        (7200, "By the server’s clock, this computer’s is 2 hours ahead."),
        (-86_400 * 30, "By the server’s clock, this computer’s is 30 days behind."),
        (-400, "By the server’s clock, this computer’s is 7 minutes behind."),
    ],
)
async def test_a_clock_that_is_wrong_is_told(wrong: int, words: str) -> None:
    moment = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    body = answer(listed("gemini-3.8-flash"), date=format_datetime(moment, usegmt=True))
    async with script_server(answers(body)) as server:
        found = await diagnose(subject(server.base_url), lambda: moment.timestamp() + wrong)
    assert found.failed is None
    assert found.advice == words


@pytest.mark.parametrize("date", ["", "yesterday", "Tue, 99 Nov 2026 08:30:00 GMT"])
async def test_a_date_that_is_none_is_passed_over(date: str) -> None:
    found = await of_answers(answer(listed("gemini-3.8-flash"), date=date))
    assert found.advice == ""
