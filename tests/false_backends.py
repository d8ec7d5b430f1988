"""Backends that keyring would take and Castor must not."""

from pathlib import Path

NULL = "keyring.backends.null.Keyring"
"""It takes every key and throws it away; keyring itself brings it along."""

PLAINTEXT = '''
"""Keeps passwords in a file, as keyrings.alt does."""
import base64, os
from pathlib import Path
from keyring.backend import KeyringBackend

Path(os.environ["HOME"], "imported").touch()

class PlaintextKeyring(KeyringBackend):
    priority = 9
    path = Path(os.environ["XDG_DATA_HOME"]) / "python_keyring" / "keyring_pass.cfg"

    def get_password(self, service, username):
        return base64.b64decode(self.path.read_bytes()).decode() if self.path.exists() else None

    def set_password(self, service, username, password):
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(base64.b64encode(password.encode()))

    def delete_password(self, service, username):
        self.path.unlink()
'''


def install_plaintext(folder: Path) -> Path:
    """Put a package there that keyring discovers as it does keyrings.alt."""
    package = folder / "keyrings" / "alt"
    package.mkdir(parents=True)
    (package / "file.py").write_text(PLAINTEXT)
    info = folder / "keyrings_alt-5.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: keyrings.alt\nVersion: 5.0\n")
    (info / "entry_points.txt").write_text("[keyring.backends]\nfile = keyrings.alt.file\n")
    return folder
