"""Catalogues are compiled without gettext, and read back by it."""

import gettext
import os

import pytest

from deploy.local import messages

CATALOGUE = """
msgid ""
msgstr "Content-Type: text/plain; charset=UTF-8\\nPlural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "合同"
msgstr "Contract"

msgctxt "state"
msgid "草稿"
msgstr "Draft"

msgid "%(n)s 份合同"
msgid_plural "%(n)s 份合同"
msgstr[0] "%(n)s contract"
msgstr[1] "%(n)s contracts"

#, fuzzy
msgid "登记"
msgstr "Unsure"
"""


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "contracts" / "agreements" / "locale" / "en" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE, encoding="utf-8")
    return path


def test_a_compiled_catalogue_translates(source, tmp_path):
    assert messages.catalogues(tmp_path) == [source]

    messages.compile_catalogue(source)

    with source.with_suffix(".mo").open("rb") as file:
        found = gettext.GNUTranslations(file)
    assert found.gettext("合同") == "Contract"
    assert found.pgettext("state", "草稿") == "Draft"
    assert found.ngettext("%(n)s 份合同", "%(n)s 份合同", 2) == "%(n)s contracts"
    assert found.gettext("登记") == "登记"


def test_it_is_compiled_again_only_when_its_source_changed(source):
    assert messages.compile_catalogue(source) is True
    later = source.with_suffix(".mo").stat().st_mtime + 1
    os.utime(source.with_suffix(".mo"), (later, later))

    assert messages.compile_catalogue(source) is False

    os.utime(source, (later + 1, later + 1))
    assert messages.compile_catalogue(source) is True
