"""Where e-mails go that no server was named for: files that only their owner reads, and never the log."""

import os
from pathlib import Path

from django.core.mail.backends.filebased import EmailBackend as FileBackend


class EmailBackend(FileBackend):
    """One file for each connection in EMAIL_FILE_PATH."""

    def open(self) -> bool:
        if getattr(self, "stream", None) is not None:
            return False
        path = Path(self._get_filename())  # type: ignore[attr-defined]
        path.parent.chmod(0o700)
        opened = open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
        self.stream = opened  # type: ignore[assignment]
        return True
