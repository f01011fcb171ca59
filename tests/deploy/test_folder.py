"""The data folder's secrets, ports and locks."""

import socket
import stat

from deploy.local.folder import PORTS, Folder


def test_a_secret_is_made_once_for_its_owner_only(tmp_path):
    first = Folder(tmp_path).key("valkey", prefix="sk_")

    assert first.startswith("sk_")
    assert len(first) > 40
    assert Folder(tmp_path).key("valkey", prefix="sk_") == first
    assert Folder(tmp_path).key("other") != first
    assert stat.S_IMODE((tmp_path / "keys" / "valkey").stat().st_mode) == 0o600


def test_a_recorded_port_is_kept_while_it_is_free_and_replaced_when_it_is_not(tmp_path):
    port = Folder(tmp_path).port("valkey")
    assert port in PORTS
    assert Folder(tmp_path).port("valkey") == port

    with socket.create_server(("127.0.0.1", port)):
        other = Folder(tmp_path).port("valkey")

    assert other != port
    assert Folder(tmp_path).port("valkey") == other


def test_the_supervisors_lock_is_held_once_and_the_users_lock_is_shared(tmp_path):
    folder = Folder(tmp_path)

    with folder.lock("supervisor") as held:
        assert held is not None
        assert folder.lock("supervisor") is None
    with folder.lock("users", is_shared=True), folder.lock("users", is_shared=True) as second:
        assert second is not None
        assert folder.lock("users") is None
    with folder.lock("users") as alone:
        assert alone is not None


def test_the_folder_is_for_its_owner_only_and_so_is_one_of_before(tmp_path):
    made, older, foreign = tmp_path / "made", tmp_path / "older", tmp_path / "foreign"
    for path in (older, foreign):
        path.mkdir(mode=0o755)
    (older / "ports.json").write_text("{}")

    folders = [Folder(path).path for path in (made, older, foreign)]

    # What is not a data folder yet may be somebody's other folder, such as /tmp: its parts are closed one by one.
    assert [path.stat().st_mode & 0o777 for path in folders] == [0o700, 0o700, 0o755]
