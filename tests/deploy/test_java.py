"""Which Java is whole enough for Elasticsearch 9."""

import pytest

from deploy.local import downloads, java
from deploy.local.downloads import Unobtainable
from deploy.local.servers import elasticsearch


@pytest.fixture
def install(tmp_path, monkeypatch):
    monkeypatch.setattr(java, "INSTALLED", tmp_path)
    monkeypatch.delenv("JAVA_HOME", raising=False)

    def install(name, version, modules="java.base jdk.jdi jdk.jlink"):
        home = tmp_path / name
        home.mkdir()
        (home / "release").write_text(f'JAVA_VERSION="{version}"\nMODULES="{modules}"\n')
        return home

    return install


def test_the_newest_whole_one_is_taken(install):
    install("a-25", "25.0.3")
    newest = install("b-26", "26")
    install("c-21", "21.0.9")

    assert java.whole() == newest


@pytest.mark.parametrize(
    ("version", "modules"),
    [("17.0.15", "java.base jdk.jdi jdk.jlink"), ("25.0.2", "java.base jdk.jdi"), ("25.0.2", "java.base jdk.jlink")],
)
def test_an_old_or_a_reduced_one_is_none(install, version, modules):
    install("one", version, modules)

    assert java.whole() is None


def test_that_of_java_home_goes_before_a_newer_one(install, monkeypatch):
    install("newer", "26")
    monkeypatch.setenv("JAVA_HOME", str(install("given", "21.0.9")))

    assert java.whole().name == "given"


def test_the_java_of_the_project_is_a_reduced_one():
    assert not java.is_whole(elasticsearch.java_home("8"))
    assert java.version(elasticsearch.java_home("8")) >= java.LEAST


def test_a_line_that_nobody_keeps_is_said_to_be_none():
    with pytest.raises(Unobtainable, match="no line 7"):
        downloads.elasticsearch("7", lambda done, total: None)
