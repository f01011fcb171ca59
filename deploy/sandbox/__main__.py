"""python -m deploy.sandbox --port N [--data FILE]: the Stripe sandbox, with its keys from the environment."""

import argparse
import os
import signal
import sys
import threading

from deploy.sandbox.server import Sandbox, serve


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", default=":memory:", help="a file that keeps the state (default: in memory)")
    options = parser.parse_args()
    names = ("STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET")
    if missing := [name for name in names if not os.environ.get(name)]:
        print(f"{' and '.join(missing)} must be set", file=sys.stderr)
        return 2
    sandbox = Sandbox(
        path=options.data,
        secret_key=os.environ["STRIPE_SECRET_KEY"],
        webhook_secret=os.environ["STRIPE_WEBHOOK_SECRET"],
        webhook_url=os.environ.get("STRIPE_WEBHOOK_URL", ""),
        address=f"http://127.0.0.1:{options.port}",
    )
    server = serve(sandbox, options.port)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    threading.Thread(target=sandbox.deliveries.run, daemon=True).start()
    server.serve_forever(poll_interval=0.5)
    return 0


if __name__ == "__main__":
    sys.exit(main())
