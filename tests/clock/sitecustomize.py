"""Another day for every Python process of a run: `make test CLOCK=2027-02-10`, which puts this folder on the path.

Only Python's clock is moved: the servers keep the day of the machine, and nothing here may read the time from them.
"""

import os
import time

if shift_seconds := os.environ.get("CLOCK_SHIFT", ""):
    try:
        import time_machine
    except ModuleNotFoundError:
        pass  # an environment without the tools of the tests
    else:
        time_machine.travel(time.time() + int(shift_seconds), tick=True).start()
