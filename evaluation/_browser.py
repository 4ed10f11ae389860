"""Headless Chromium in front of the real server of an invented study, for the scripts that measure the pages."""

import json
import os
import platform
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evaluation._results import HERE

SERVER = HERE.parent / "tests" / "web" / "serve_a_study.py"
# No sandbox, because measurements run in containers as root; no background traffic, because it would be measured, too.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def chromium() -> Iterator[Any]:
    """Start headless Chromium, by default that of Debian; the variable CHROMIUM names another."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


class StudyServer:
    """A server of an invented study in a process of its own, which can be killed and started again on its port."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.journal = folder / "study.sqlite"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self._options = {"mode": "assisted", **options, "journal": str(self.journal), "port": port}
        self.start()

    def start(self) -> None:
        """Start the server and read its new address."""
        self._process = subprocess.Popen(
            [sys.executable, str(SERVER), json.dumps(self._options)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()

    def kill(self) -> None:
        """End the server without letting it do anything more (SIGKILL)."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


def open_page(context: Any, address: str, **options: Any) -> Any:
    """Return a new page at an address, once its script is ready."""
    page = context.new_page(**options)
    page.goto(address)
    page.locator("html[data-ready]").wait_for(state="attached")
    return page


def machine() -> dict[str, Any]:
    """Return what a reader needs to know about the machine; `nice` below 0 means that server and browser went first."""
    return {"cores": os.cpu_count(), "python": platform.python_version(), "nice": os.nice(0)}


def load_average() -> list[float]:
    """Return the machine's load over 1, 5 and 15 minutes."""
    return [round(load, 2) for load in os.getloadavg()]


def quantiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """Return the number, the median, the 95th percentile and the largest of some times."""
    ranked = sorted(milliseconds)
    return {
        "n": len(ranked),
        "p50": round(ranked[len(ranked) // 2], 1),
        "p95": round(ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))], 1),
        "max": round(ranked[-1], 1),
    }
