"""uv.lock names public addresses only, so that a stranger's machine resolves as ours does."""

import re
from urllib.parse import urlsplit

from deploy.local.state import PROJECT_DIR


def test_every_address_in_the_lock_is_public():
    found = {urlsplit(address) for address in re.findall(r'"(\w+://[^"]+)"', (PROJECT_DIR / "uv.lock").read_text())}

    assert len(found) > 100
    assert {address.scheme for address in found} == {"https"}
    assert {address.hostname.rpartition(".")[2] for address in found} == {"org"}
    assert [address.geturl() for address in found if address.port or address.username] == []
