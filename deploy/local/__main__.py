"""python -m deploy.local: the servers and the portal of one data folder."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from deploy.local import addresses, client, state
from deploy.local.folder import Folder

ACCOUNTS = "demo-accounts.txt"  # written by `manage.py demo`, for people
NO_ELASTICSEARCH = "Search and matching answer from PostgreSQL in a plainer form."


def tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def up(folder: Folder) -> int:
    found = client.start(folder, mode="servers", stays=True, tell=tell, is_enough=client.settled)
    remark(found)
    return 0


def serve(folder: Folder) -> int:
    """The portal; servers that were started alone are started again with it."""
    found = state.read(folder.path)
    if found is not None and found.mode == "servers":
        alone = folder.lock("users")
        if alone is None:
            raise client.StartFailed("A command is using the servers of this folder; wait for its end.")
        client.stop(folder)
        alone.close()
    elif found is not None:
        tell("The portal was running already; `make stop` ends it.")
    found = client.start(folder, mode="portal", stays=True, tell=tell, is_enough=client.serves)
    remark(found)
    address = found.url("web")
    if urlsplit(address).port != addresses.wanted_port():
        tell(f"Port {addresses.wanted_port()} is taken by another program; the portal has another one.")
    print(f"\nThe portal: {address}\nThe API:    {address}/api/v1/docs\nThe logs:   {folder.path / 'log'}")
    accounts = folder.path / ACCOUNTS
    if accounts.exists():
        print(f"\n{accounts.read_text(encoding='utf-8').strip()}")
    if not found.is_settled:
        print("\nThe demonstration city grows behind it; each page says how far it is.")
    return 0


def remark(found: state.State) -> None:
    if not found.url("elasticsearch"):
        tell(NO_ELASTICSEARCH)


def down(folder: Folder) -> int:
    tell("Stopped." if client.stop(folder) else "Nothing was running.")
    return 0


def status(folder: Folder, *, as_json: bool) -> int:
    """Exit code 0 when a supervisor lives, 3 when none does."""
    found = state.read(folder.path)
    if as_json:
        print(json.dumps(asdict(found) if found else None))
    elif found is None:
        print(f"Nothing is running in {folder.path}.")
    else:
        print(f"Supervisor {found.pid} in {folder.path}")
        for part in found.parts.values():
            print(client.line(part))
    return 0 if found else 3


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    def command(name: str, help_text: str) -> argparse.ArgumentParser:
        entry = commands.add_parser(name, help=help_text)
        entry.add_argument("--data", type=Path, default=None, help="data folder; default: DATA_DIR or .local")
        return entry

    command("up", "start the servers")
    command("portal", "start the servers and the portal with its demonstration city")
    command("down", "stop everything of the data folder")
    command("status", "what runs").add_argument("--json", action="store_true")
    execute = command("exec", "run a command on the servers, which are started and stopped as needed")
    execute.add_argument("--early", action="store_true", help="before Elasticsearch answers, whose start is slow")
    execute.add_argument("words", nargs=argparse.REMAINDER, metavar="-- COMMAND …")
    return parser


def main() -> int:
    parser = arguments()
    options = parser.parse_args()
    if sys.platform != "linux":
        tell("The embedded servers run on Linux; elsewhere give DATABASE_URL, REDIS_URL and ELASTICSEARCH_URL.")
        return 2
    folder = Folder(options.data or state.default_folder())
    try:
        if options.command == "up":
            return up(folder)
        if options.command == "portal":
            return serve(folder)
        if options.command == "down":
            return down(folder)
        if options.command == "status":
            return status(folder, as_json=options.json)
        words = options.words[1:] if options.words[:1] == ["--"] else options.words
        if not words:
            parser.error("exec needs a command")
        return client.execute(folder, words, tell=tell, is_early=options.early)
    except client.StartFailed as failed:
        tell(f"Not started. {failed}")
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
