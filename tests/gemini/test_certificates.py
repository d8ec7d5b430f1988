"""Whose word is taken for a server, and what is read of a certificate that is not trusted."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.gemini import errors
from desktop_app.gemini.certificate import Certificate, read_certificate
from desktop_app.gemini.client import GeminiClient
from desktop_app.gemini.transport import tls_context
from desktop_app.gemini.unreached import Stage, Unreached, explain
from desktop_app.network import Network
from desktop_app.settings.settings import DEFAULTS
from tests.certificates import DAY, Authority, Server
from tests.proxies import odd_proxy
from tests.scriptserver import ScriptServer, answer, answers, script_server

KEY = "canary-key-0123456789-abcdef"
HERE = "127.0.0.1"
AUTHORITY = Authority()


async def ask(server: ScriptServer, authorities: str) -> None:
    network = Network(authorities=authorities)
    async with GeminiClient(KEY, server.base_url, network=network) as client:
        await client.check_key()


async def refused(folder: Path, shown: Server, authorities: str) -> errors.GeminiError:
    tls = shown.context(folder)
    async with script_server(answers(answer(b"{}")), tls) as server:
        with pytest.raises(errors.CertificateNotTrusted) as caught:
            await ask(server, authorities)
    assert server.requests == []
    return caught.value


@pytest.mark.usefixtures("loop_factory")
async def test_an_authority_of_the_persons_own_is_trusted_beside_the_systems(
    tmp_path: Path,
) -> None:
    tls = AUTHORITY.certify(HERE).context(tmp_path)
    async with script_server(answers(answer(b"{}")), tls) as server:
        await ask(server, AUTHORITY.pem)
        await ask(server, Authority("another").pem + AUTHORITY.pem)
    assert [request.headers["x-goog-api-key"] for request in server.requests] == [KEY, KEY]


@pytest.mark.usefixtures("loop_factory")
async def test_without_it_nothing_is_sent(tmp_path: Path) -> None:
    error = await refused(tmp_path, AUTHORITY.certify(HERE), "")
    assert str(error) == f"The certificate of {HERE} is not trusted."
    assert "choose its CA file in settings" in error.advice
    assert error.code == "certificate"


@pytest.mark.usefixtures("loop_factory")
async def test_a_certificate_that_signs_itself_is_refused(tmp_path: Path) -> None:
    error = await refused(tmp_path, AUTHORITY.certify(HERE, itself=True), AUTHORITY.pem)
    assert str(error) == f"The certificate of {HERE} is not trusted."


async def test_the_certificate_of_another_host_is_refused(tmp_path: Path) -> None:
    for shown in (AUTHORITY.certify("portal.castor.test"), AUTHORITY.certify("127.0.0.2")):
        error = await refused(tmp_path, shown, AUTHORITY.pem)
        assert str(error) == f"The certificate that came is not one of {HERE}."
        assert "sign-in" in error.advice


async def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    shown = AUTHORITY.certify(HERE, begin=-9 * DAY, end=-2 * DAY)
    error = await refused(tmp_path, shown, AUTHORITY.pem)
    assert str(error) == f"The certificate of {HERE} has expired."
    assert "clock" in error.advice


async def test_a_certificate_of_the_future_is_refused(tmp_path: Path) -> None:
    shown = AUTHORITY.certify(HERE, begin=2 * DAY, end=9 * DAY)
    error = await refused(tmp_path, shown, AUTHORITY.pem)
    assert str(error) == f"The certificate of {HERE} is not valid yet."
    assert error.advice == "Your message is kept. Check this computer’s clock."


async def test_a_server_without_tls_is_said() -> None:
    async with odd_proxy("http", b"HTTP/1.1 400 Bad Request\r\n\r\n") as server:
        async with GeminiClient(KEY, f"https://{HERE}:{server.port}") as client:
            with pytest.raises(errors.ConnectionFailed) as caught:
                await client.check_key()
    assert str(caught.value) == f"No secure connection to {HERE} could be made."


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (0x800B0101, "The certificate of h has expired or is not valid yet."),
        (0x800B010F, "The certificate that came is not one of h."),
        (0x800B0109, "The certificate of h is not trusted."),
        (-67818, "The certificate of h has expired."),
        (-67819, "The certificate of h is not valid yet."),
        (-67602, "The certificate that came is not one of h."),
        (-67843, "The certificate of h is not trusted."),
    ],
)
def test_the_numbers_of_windows_and_macos_are_known(code: int, sentence: str) -> None:
    cause = ssl.SSLCertVerificationError("x")
    cause.verify_code = code
    error = Unreached(Stage.TLS, None)
    error.__cause__ = cause
    assert str(explain(error, "h")) == sentence


def test_checks_cannot_be_turned_off() -> None:
    for context in (tls_context(), tls_context(AUTHORITY.pem)):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname
    assert not [name for name in vars(DEFAULTS) if "verify" in name or "tls" in name]


def test_only_the_look_at_a_certificate_accepts_every_one() -> None:
    import desktop_app

    package = Path(desktop_app.__file__).parent
    found = {
        file.name: text.count("CERT_NONE") + text.count("verify=False")
        for file in package.rglob("*.py")
        if "CERT_NONE" in (text := file.read_text("utf-8")) or "verify=False" in text
    }
    assert found == {"looking.py": 1}


# --- reading --------------------------------------------------------------------------------------


def test_a_certificate_is_read_as_cryptography_wrote_it() -> None:
    shown = AUTHORITY.certify("api.castor.test", begin=-3 * DAY, end=40 * DAY)
    made = shown.certificate
    assert read_certificate(shown.der) == Certificate(
        "api.castor.test",
        "Castor’s test authority",
        made.not_valid_before_utc,
        made.not_valid_after_utc,
    )


_NAMES = [NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME]
_TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=16)
_DATES = st.datetimes(datetime(1951, 1, 1), datetime(2400, 1, 1)).map(  # noqa: DTZ001 - UTC follows
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
)


@given(
    st.lists(st.tuples(st.sampled_from(_NAMES), _TEXT), max_size=5, unique_by=lambda one: one[0]),
    _DATES,
)
def test_every_name_and_date_is_read(
    names: list[tuple[x509.ObjectIdentifier, str]], begin: datetime
) -> None:
    end = begin + timedelta(days=400)
    called = x509.Name([x509.NameAttribute(kind, text) for kind, text in names])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(AUTHORITY.certificate.subject)
        .public_key(AUTHORITY.key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(end)
        .sign(AUTHORITY.key, hashes.SHA256())
    )
    found = read_certificate(Server(made, AUTHORITY.key).der)
    by_kind = dict(names)
    expected = next((by_kind[kind] for kind in _NAMES if kind in by_kind), "")
    assert found == Certificate(expected, "Castor’s test authority", begin, end)


@given(st.binary(max_size=400))
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any
        read_certificate(data)


_DER = AUTHORITY.certify("api.castor.test").der


@given(st.data())
def test_a_damaged_certificate_is_read_or_refused(data: st.DataObject) -> None:
    der = bytearray(_DER)
    for _ in range(data.draw(st.integers(1, 4))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = read_certificate(bytes(der[: data.draw(st.integers(0, len(der)))]))
    except ValueError:
        return
    assert found.subject.isprintable()
