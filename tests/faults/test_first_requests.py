"""The first requests of a process come at once (security B10): what one thread is importing, another must not use.

`limits` imports its driver when it is first used, and takes a module that another thread is still making for one
without a version.
"""

import os
import subprocess
import sys
import threading
from types import SimpleNamespace

import pytest
from limits.storage import RedisStorage
from limits.util import get_dependency
from packaging.version import Version

from deploy.local.state import PROJECT_DIR

pytestmark = pytest.mark.faults
MODULE = "import sys\nsys.half_made.started.set()\nsys.half_made.whole.wait(30)\n__version__ = '9.0'\n"


@pytest.fixture
def slow_module(tmp_path, monkeypatch):
    """A module that stays half made until it is told to become whole."""
    (tmp_path / "half_made_driver.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    made = SimpleNamespace(started=threading.Event(), whole=threading.Event())
    monkeypatch.setattr(sys, "half_made", made, raising=False)
    yield made
    made.whole.set()
    sys.modules.pop("half_made_driver", None)


def test_control_a_module_that_another_thread_is_making_has_no_version_yet(slow_module):
    first = threading.Thread(target=get_dependency, args=["half_made_driver"])
    first.start()
    assert slow_module.started.wait(30)

    _module, version = get_dependency("half_made_driver")
    slow_module.whole.set()
    first.join(30)

    assert version == Version("0.0.0")
    assert get_dependency("half_made_driver")[1] == Version("9.0")


def test_the_driver_is_whole_before_the_first_request():
    [name] = [name for name in RedisStorage.DEPENDENCIES if name == "redis"]

    fresh = f"import sys, market.kernel.limits; print(sys.modules[{name!r}].__version__)"
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "market.config.settings"}
    run = subprocess.run(
        [sys.executable, "-c", fresh], cwd=PROJECT_DIR, env=environment, capture_output=True, text=True, check=True
    )

    assert Version(run.stdout.strip()) >= RedisStorage.DEPENDENCIES[name]
