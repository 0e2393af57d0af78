"""What stories share: a look for barriers, and the mails that were sent."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.sync_playwright import Axe

from listbackup.testing.stack import Stack


@contextmanager
def watched(chromium: Any, **options: Any) -> Iterator[Any]:
    """A page in a fresh browser profile, under our real content policy; errors of scripts and refusals of the policy fail."""
    context = chromium.new_context(**options)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    yield opened
    context.close()
    assert not errors, errors


def no_violations(page: Any, where: str) -> None:
    results = Axe().run(
        page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    )
    assert results.violations_count == 0, f"{where}: {results.generate_report()}"


def mailed_link(stack: Stack, address: str, pattern: str) -> str:
    """The whole link of the newest mail to the address that has one like `pattern`; waits a minute for it."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for mail in reversed(stack.mails()):
            found = re.search(rf"https?://\S+{pattern}\S+", mail.replace("=\n", ""))
            if f"To: {address}" in mail and found:
                return found.group()
        time.sleep(0.2)
    raise AssertionError(f"no mail came to {address}")
