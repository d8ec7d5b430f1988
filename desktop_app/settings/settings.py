"""What a person can set, each with the words that explain it.

The docstring under a field is its help text in the settings dialog.
"""

from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Final, Literal, get_args, get_origin, get_type_hints

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.models import DEFAULT_MODEL
from desktop_app.network import BadProxy, check_credential, read_proxy
from desktop_app.origin import GOOGLE_BASE_URL, BadBaseUrl, check_base_url

ThemeChoice = Literal["system", "light", "dark"]
ApiVersion = Literal["v1beta", "v1"]
ProxyChoice = Literal["system", "none", "own"]

ZOOM_STEPS: Final = (70, 80, 90, 100, 110, 125, 150, 175, 200)
"""In percent (visual specification, section 2)."""

_BOUNDS: Final = {
    "temperature": (0.0, 2.0),
    "max_output_tokens": (1, 1_000_000),
    "zoom": (ZOOM_STEPS[0], ZOOM_STEPS[-1]),
}


@dataclass(frozen=True)
class Settings:
    """All preferences of one profile."""

    model: str = DEFAULT_MODEL
    """The model that a new chat begins with."""

    thinking_level: str | None = None
    """How long a new chat’s model thinks before it answers."""

    thinking_summaries: bool = True
    """Show a summary of what the model thinks while it thinks."""

    temperature: float | None = None
    """Higher is more varied. New models are best left at their default."""

    max_output_tokens: int | None = None
    """The longest answer, thinking included. An answer that reaches it is cut off."""

    system_instruction: str = ""
    """Tells the model how to answer, in every chat."""

    store: bool = True
    """Google keeps the conversation for up to 55 days, and each message sends only what is new.
    Without it, each message sends the whole conversation again."""

    background: bool = False
    """Google goes on with a long answer while Castor is closed, and the next start takes it up.
    Only where Google keeps the conversation."""

    base_url: str = GOOGLE_BASE_URL
    """The server’s address. A key belongs to one server and is sent to no other."""

    api_version: ApiVersion = "v1beta"
    """The version of the API that is spoken."""

    proxy: ProxyChoice = "system"
    """How servers are reached. What runs on this computer is always reached directly."""

    proxy_url: str = ""
    """http://, https://, socks5:// or socks5h://, with a host and a port. Every kind looks up
    the server’s name itself."""

    proxy_user: str = ""
    """Leave it empty where the proxy asks for none."""

    ca_file: str = ""
    """Certificates that are trusted beside the system’s: those of a company that looks into
    secure connections, say. The checks themselves cannot be turned off."""

    theme: ThemeChoice = "system"
    """Light or dark, or as the system is."""

    zoom: int = 100
    """Size of the text in the conversation and the composer. Also Ctrl + and Ctrl −."""

    enter_sends: bool = True
    """Enter sends and Shift+Enter breaks the line. Otherwise Enter breaks the line and
    Ctrl+Enter sends."""


DEFAULTS: Final = Settings()


@cache
def help_texts() -> dict[str, str]:
    """The docstring under each field, as one line. Empty where the source is not at hand."""
    import ast
    import inspect

    try:
        tree = ast.parse(inspect.getsource(Settings))
    except (OSError, TypeError):
        return {}
    body = tree.body[0]
    texts: dict[str, str] = {}
    name = ""
    for node in body.body if isinstance(body, ast.ClassDef) else []:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name = node.target.id
        elif name and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            texts[name] = " ".join(str(node.value.value).split())
            name = ""
    return texts


def read_settings(data: JsonObject) -> tuple[Settings, list[str]]:
    """Take what is usable of a settings file; name the fields that were not."""
    changes: dict[str, object] = {}
    refused: list[str] = []
    hints = get_type_hints(Settings)
    for field in fields(Settings):
        if field.name not in data:
            continue
        value = data[field.name]
        if _fits(value, hints[field.name]) and _in_bounds(field.name, value):
            changes[field.name] = (
                float(value) if isinstance(value, int) and field.name == "temperature" else value
            )
        else:
            refused.append(field.name)
    settings = replace(DEFAULTS, **changes)
    try:
        settings = replace(settings, base_url=check_base_url(settings.base_url))
    except BadBaseUrl:
        settings = replace(settings, base_url=DEFAULTS.base_url)
        refused.append("base_url")
    return _with_checked_proxy(settings, refused), refused


def _with_checked_proxy(settings: Settings, refused: list[str]) -> Settings:
    """Go by the system where the own proxy is none that can be used."""
    try:
        check_credential(settings.proxy_user)
        if settings.proxy == "own" or settings.proxy_url:
            read_proxy(settings.proxy_url)
    except BadProxy:
        refused += ["proxy", "proxy_url", "proxy_user"]
        return replace(
            settings,
            proxy=DEFAULTS.proxy,
            proxy_url=DEFAULTS.proxy_url,
            proxy_user=DEFAULTS.proxy_user,
        )
    return settings


def write_settings(settings: Settings) -> JsonObject:
    """Write every field, so that the file says what there is to set."""
    return {field.name: getattr(settings, field.name) for field in fields(Settings)}


def _fits(value: JsonValue, hint: object) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if args := get_args(hint):
        return any(_fits(value, arg) for arg in args)
    if hint is type(None):
        return value is None
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(hint, type) and isinstance(value, hint)


def _in_bounds(name: str, value: JsonValue) -> bool:
    bounds = _BOUNDS.get(name)
    if bounds is None or not isinstance(value, int | float):
        return True
    return bounds[0] <= value <= bounds[1]
