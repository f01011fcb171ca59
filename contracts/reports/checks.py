"""Published reports against the ledger: the same bytes as on the day of publication, and the files as they were."""

import hashlib
from dataclasses import dataclass

from contracts.reports import freezing
from contracts.reports.models import Report, ReportFile
from market.kernel import files


@dataclass(frozen=True, slots=True)
class Difference:
    """What is not as published: `what` is "recomputed", "file" or "missing"."""

    report: Report
    form: str
    what: str

    def __str__(self) -> str:
        return f"{self.report.pk} {self.form} {self.what}"


def differences(report: Report) -> list[Difference]:
    """JSON and CSV recomputed from the ledger under its snapshot, and every kept file, against their hashes."""
    kept = {row.form: row for row in ReportFile.objects.filter(report=report).select_related("file")}
    found = [Difference(report, form, "missing") for form in ReportFile.Form if form not in kept]
    for form, content in freezing.recompute(report).items():
        if form in kept and hashlib.sha256(content).hexdigest() != kept[form].sha256:
            found.append(Difference(report, form, "recomputed"))
    found += [Difference(report, form, "file") for form, row in kept.items() if _hash_of(row) != row.sha256]
    return found


def _hash_of(row: ReportFile) -> str:
    """Empty where the file is gone."""
    try:
        with files.open_file(row.file) as source:
            return hashlib.sha256(source.read()).hexdigest()
    except FileNotFoundError:
        return ""
