"""The tests' cluster lies in memory, which forgets nothing by itself."""

import os
from pathlib import Path

import pytest

from deploy.local.servers import postgresql


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """An old cluster in a memory of its own, and the data folder that leads to it."""
    made = tmp_path / "memory" / f"{postgresql.IN_MEMORY_PREFIX}1"
    (made / "data").mkdir(parents=True)
    note = made / "led-to-by"
    note.write_text(str(tmp_path / "checkout" / "data"))
    long_ago = note.stat().st_mtime - postgresql.YOUNG_SECONDS - 1
    os.utime(note, (long_ago, long_ago))
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / "data").symlink_to(made / "data")
    return made


def test_a_cluster_whose_checkout_was_deleted_is_removed(place, tmp_path):
    (tmp_path / "checkout" / "data").unlink()

    postgresql.forget_abandoned(tmp_path / "memory")

    assert not place.exists()


def test_a_cluster_that_is_led_to_stays(place, tmp_path):
    postgresql.forget_abandoned(tmp_path / "memory")

    assert (place / "data").is_dir()


def test_a_cluster_that_is_being_made_stays(place, tmp_path):
    (tmp_path / "checkout" / "data").unlink()
    (place / "led-to-by").touch()

    postgresql.forget_abandoned(tmp_path / "memory")

    assert place.exists()
