"""What a process loads when it starts: a command none of what few need, the web all that a request would wait for."""

import json
import os
import subprocess
import sys

from deploy.local.state import PROJECT_DIR

# Each takes between a fiftieth and a quarter of a start.
HEAVY = (
    "elasticsearch", "elastic_transport", "onnx", "onnxruntime", "lightgbm", "xlsxwriter", "typst", "stripe", "boto3",
    "fontTools", "PIL", "pypdfium2", "storages", "requests", "fido2", "market.config.urls", "market.config.api",
)  # fmt: skip
ENVIRONMENT = {
    "DEMO": "1", "SECRET_KEY": "k", "ELASTICSEARCH_URL": "http://127.0.0.1:1",
    "DJANGO_SETTINGS_MODULE": "market.config.settings",
}  # fmt: skip


def loaded(program: str) -> set[str]:
    """The modules that a process of its own has loaded at the program's end."""
    words = [sys.executable, "-c", program + "; import json, sys; print(json.dumps(list(sys.modules)))"]
    given = os.environ | ENVIRONMENT
    answer = subprocess.run(words, cwd=PROJECT_DIR, env=given, check=True, stdout=subprocess.PIPE, text=True)
    return set(json.loads(answer.stdout.splitlines()[-1]))


def test_a_command_loads_nothing_that_few_commands_need():
    modules = loaded("import django; django.setup()")

    assert "contracts.turnover.models" in modules
    assert modules & set(HEAVY) == set()


def test_a_relay_loads_neither_the_pages_nor_the_api():
    modules = loaded("import django; django.setup(); from market.kernel.management.commands import relay")

    assert modules & {"market.config.urls", "market.config.api", "elasticsearch", "onnxruntime"} == set()


def test_the_web_loads_before_it_serves_what_a_request_would_wait_for():
    program = (
        "from market.config.wsgi import application; from market.config import preloading;"
        "assert all(schema.__pydantic_complete__ for schema in preloading.schemas())"
    )

    assert {"elasticsearch", "market.config.urls", "market.config.api"} <= loaded(program)
