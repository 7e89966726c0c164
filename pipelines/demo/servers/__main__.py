"""The child process of `process.serve_apart`: serves what the first message says, then obeys orders until its input ends."""

import os
import signal
import sys
from typing import IO

from pipelines.demo.servers.process import Order, Start, receive, send
from pipelines.demo.servers.serving import Control, serve


def obey(orders: IO[bytes], answers: IO[bytes], control: Control) -> None:
    """Carry out one order after the other until there are no more."""
    while True:
        try:
            order: Order = receive(orders)
        except EOFError:
            return
        send(answers, getattr(control, order.method)(*order.arguments))


def main() -> None:
    """Serve until standard input ends."""
    # Ctrl-C reaches the whole group of processes; the parent closes the pipe when it is done with its own clean-up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders, answers = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # Whatever else is printed must not get between the answers.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    start: Start = receive(orders)
    with serve(start.world, start.git_root, token=start.token, settings=start.settings, faults=start.faults) as served:
        send(answers, (served.github_api_url, served.github_html_url, served.jira_url, served.growthbook_url))
        obey(orders, answers, served.control)


if __name__ == "__main__":
    main()
