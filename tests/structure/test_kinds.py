"""What counts as a branch on the kind of a listing; docs/structure.toml says how many there may be."""

from tests.structure.kinds import kind_branches


def test_a_branch_of_each_form_is_counted(tmp_path):
    room = tmp_path / "market"
    room.mkdir()
    (room / "code.py").write_text(
        "def one(row, kind):\n"
        "    if isinstance(row, Achievement):\n"
        "        return 1\n"
        "    if kind == 'demand' or kind in {'achievement'}:\n"
        "        return 2\n"
        "    match kind:\n"
        "        case Kind.DEMAND:\n"
        "            return 3\n"
    )
    (room / "page.html").write_text("{% if kind == 'demand' %}{% endif %}")

    assert kind_branches(tmp_path) == [
        "market/code.py:2",
        "market/code.py:4",
        "market/code.py:4",
        "market/code.py:7",
        "market/page.html:1",
    ]
