"""A real S3-compatible store (SeaweedFS) as a process, and a bucket of it that private files lie in."""

import json
import shutil
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import boto3
import pytest
import time_machine
from botocore import auth
from botocore.exceptions import BotoCoreError, ClientError

from deploy.local.folder import free_port
from market.config.backends import private_files
from market.config.environment import Environment

ACCESS_KEY, SECRET_KEY = "market", "secret-of-the-tests"
READY_SECONDS = 60
PARTS = ("master", "volume", "filer", "s3")


@dataclass(frozen=True)
class Bucket:
    """Where it is, and Amazon's own client to look into it."""

    endpoint: str
    name: str

    @property
    def client(self) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
        )

    def objects(self) -> dict[str, bytes]:
        names = [item["Key"] for item in self.client.list_objects_v2(Bucket=self.name).get("Contents", [])]
        return {name: self.client.get_object(Bucket=self.name, Key=name)["Body"].read() for name in names}

    def storage(self, **other: str) -> dict[str, Any]:
        """The setting that the environment of a deployment with this bucket amounts to."""
        given = {
            "s3_bucket": self.name,
            "s3_endpoint_url": self.endpoint,
            "s3_region": "us-east-1",
            "s3_access_key": ACCESS_KEY,
            "s3_secret_key": SECRET_KEY,
        }
        return private_files(Environment(**(given | other)))


def day_of_the_machine() -> datetime:
    """Now in UTC and without a zone, as signatures are dated."""
    hatch = time_machine.escape_hatch
    now = hatch.datetime.datetime.now(UTC) if hatch.is_travelling() else datetime.now(UTC)
    return now.replace(tzinfo=None)


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = shutil.which("weed", path=sysconfig.get_path("scripts"))
    if program is None:
        pytest.skip("no S3-compatible store for this machine")
    folder = tmp_path_factory.mktemp("s3")
    who = {"name": "market", "credentials": [{"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}], "actions": ["Admin"]}
    (folder / "identities.json").write_text(json.dumps({"identities": [who]}))
    ports = free_ports()
    words = ["-dir=.", "-ip=127.0.0.1", "-filer", "-s3", "-s3.config=identities.json", "-s3.port.iceberg=0"]
    words += ["-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=16", "-volume.max=1000"]
    words += [f"-{name}={port}" for name, port in ports.items()]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, "server", *words], cwd=folder, stdout=log, stderr=log)
    found = Bucket(f"http://127.0.0.1:{ports['s3.port']}", "ready")
    patch = pytest.MonkeyPatch()
    # The store keeps the machine's day, and takes no signature of another (tests/clock).
    patch.setattr(auth, "get_current_datetime", day_of_the_machine)
    try:
        wait_until_kept(found)
        yield found.endpoint
    finally:
        patch.undo()
        process.kill()
        process.wait(timeout=10)


def free_ports() -> dict[str, int]:
    ports: dict[str, int] = {}
    for part in PARTS:
        for name in (f"{part}.port", f"{part}.port.grpc"):
            ports[name] = free_port(set(ports.values()))
    return ports


def wait_until_kept(bucket: Bucket) -> None:
    """Until an object can be written: the gateway answers before there is a volume to write to."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            bucket.client.create_bucket(Bucket=bucket.name)
            bucket.client.put_object(Bucket=bucket.name, Key="ready", Body=b"1")
        except (BotoCoreError, ClientError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@pytest.fixture
def bucket(s3_endpoint: str, settings: Any) -> Bucket:
    """Empty and of this test's own, and what the portal keeps its files in."""
    made = Bucket(s3_endpoint, f"files-{uuid4().hex}")
    made.client.create_bucket(Bucket=made.name)
    settings.STORAGES = settings.STORAGES | {"private": made.storage()}
    return made
