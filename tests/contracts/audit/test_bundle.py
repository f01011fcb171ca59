"""The bundle of a real market, checked by the verifier in a process of its own."""

from contracts.turnover.models import TurnoverEntry
from tests.contracts.audit.bundles import export, keep_heads, verify


def test_a_clean_market_gives_a_bundle_with_nothing_to_find(committed_city, tmp_path):
    bundle = export(tmp_path / "evidence.jsonl")

    verdict = verify(bundle, "--head", keep_heads(tmp_path / "heads.jsonl"))

    assert verdict.findings == []
    assert verdict.code == 0
    assert TurnoverEntry.objects.count() == 6
    assert "6 entries, 4 contracts, 3 figures" in verdict.output
    assert "CANNOT" not in verdict.output
    assert "under no signed head" not in verdict.output
