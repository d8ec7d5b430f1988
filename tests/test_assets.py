"""Icons come out of their archive as any other program would take them out."""

import zipfile

import pytest

from desktop_app import assets


def test_every_icon_is_what_the_archive_says() -> None:
    archive = assets._package_folder("lucide") / "lucide.zip"
    with zipfile.ZipFile(archive) as expected:
        names = expected.namelist()
        assert len(names) > 1000
        for name in names:
            assert assets.icon(name.removesuffix(".svg")) == expected.read(name)


@pytest.mark.parametrize("name", ["no-such-icon", "", "own", "PK\x01\x02"])
def test_a_name_that_is_no_icon_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        assets.icon(name)
