"""What a relay process does for the chain again and again: seal what waits, sign and export a head at intervals."""

import math
import time

from django.conf import settings

from market.kernel import clock
from market.kernel.chain import heads, sequencer


class Sealing:
    """The interval is counted by this process's own monotonic clock: setting the clock back delays no head."""

    def __init__(self) -> None:
        self.signed = -math.inf  # the first head is signed at once, however lately the machine was started

    def step(self) -> int:
        """Seal a batch, and sign when it is time; returns how many rows were sealed."""
        sealed = sequencer.seal_batch() if sequencer.is_wanted() else 0
        if time.monotonic() - self.signed >= settings.AUDIT_HEAD_SECONDS:
            heads.sign(at=clock.now())
            heads.write_file()
            self.signed = time.monotonic()
        return sealed
