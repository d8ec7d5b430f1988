"""A key shows itself to nobody who does not ask for it by name."""

import copy
import dataclasses
import json
import logging
import pickle
import pprint
import subprocess
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.secret import Secret
from desktop_app.settings.api_key import ApiKey, KeySource

KEY = "canary-key-0123456789-abcdef"


@given(st.text(min_size=5))
def test_a_secret_never_shows_itself(text: str) -> None:
    secret = Secret(text)
    for shown in (repr(secret), str(secret), f"{secret}", f"{secret:>20}", f"{secret!s}"):
        assert "***" in shown
        assert text not in shown or text in "Secret('***')" + " " * 20


@pytest.mark.parametrize(
    "show",
    [
        repr,
        str,
        ascii,
        format,
        pprint.pformat,
        "{}".format,
        "{!r:>40}".format,
        "%s".__mod__,
        "%r".__mod__,
        lambda secret: logging.LogRecord("x", 20, "", 1, "%s", (secret,), None).getMessage(),
        lambda secret: repr({"key": [secret]}),
        lambda secret: repr(ApiKey(secret, KeySource.SESSION)),
        lambda secret: repr(dir(secret)),
        lambda secret: str(hash(secret)),
    ],
)
def test_no_way_to_print_a_secret_shows_it(show: Callable[[Secret], str]) -> None:
    assert KEY not in show(Secret(KEY))


@pytest.mark.parametrize(
    "take",
    [
        *(lambda secret, n=n: pickle.dumps(secret, n) for n in range(pickle.HIGHEST_PROTOCOL + 1)),
        copy.copy,
        copy.deepcopy,
        vars,
        json.dumps,
        bytes,
        list,
        len,
        lambda secret: secret.__getstate__(),
        lambda secret: secret + "",
        lambda secret: dataclasses.asdict(ApiKey(secret)),
        lambda secret: secret.__dict__,
        "".join,
    ],
)
def test_no_way_to_copy_a_secret_works(take: Callable[[Secret], object]) -> None:
    with pytest.raises((TypeError, AttributeError)) as caught:
        take(Secret(KEY))
    assert KEY not in "".join(traceback.format_exception(caught.value))


def test_a_traceback_with_its_variables_does_not_show_a_secret() -> None:
    def fail(secret: Secret) -> None:
        raise ValueError(secret)

    with pytest.raises(ValueError, match=r"\*\*\*") as caught:
        fail(Secret(KEY))
    whole = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    text = "".join(whole.format())
    assert "secret = Secret(" in text
    assert KEY not in text


def test_secrets_of_the_same_text_are_equal() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a")}) == 1


CRASH = """
import os, resource, sys
_, hard = resource.getrlimit(resource.RLIMIT_CORE)
assert hard == resource.RLIM_INFINITY or hard > 1, "a core dump could be left"
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
sys.argv[1:] = ["--version"]
from desktop_app.__main__ import main
try:
    main()
except SystemExit:
    pass
print(resource.getrlimit(resource.RLIMIT_CORE))
sys.stdout.flush()
os.abort()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps no core dumps")
def test_the_program_leaves_no_core_dump(tmp_path: Path) -> None:
    root = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", CRASH],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root)},
        capture_output=True,
        check=False,
    )
    assert done.returncode < 0, done.stderr
    limit = "(1, 1)" if sys.platform == "linux" else "(0, 0)"
    assert done.stdout.decode().splitlines()[-1] == limit
    assert list(tmp_path.iterdir()) == []
