"""A day in the life of connections, simulated: nothing lost, nothing doubled. Run by hand: python benchmarks/day_of_a_connection.py

Time is moved: a request takes 0.2 s, a wait as long as it says, the next run is due 15 minutes later. Between runs people add,
change and delete records. Tokens end by the platform's own lifetime (and are ended three times besides), requests fail by lot
(429, 5xx, cut and broken answers), and Keap's quota of the day is set so low that runs are parked and go on after midnight.
At the end what was read is compared with what the platform holds.
"""

import argparse
import datetime as dt
import json
import random
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import time_machine

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

DAY_S = 86_400
PERIOD_S = 900
REQUEST_S = 0.2
KEAPS_DAY = 60  # requests
FAULTS = ("rate_limit", "server_error", "truncated_json", "disconnect")
CASES = {
    "keap": ("contacts", "contacts", {}),
    "gohighlevel": ("contacts", "contacts", {"location_id": "AYg6rIXHN1fXdXjGcYvI"}),
    "mailchimp": ("members", "members", {"dc": "us21"}),
    "activecampaign": ("contacts", "contacts", {"host": "sandbox.api-us1.com"}),
}


# Requests of records: an answer of the token address that is lost kills a grant whose tokens rotate, at the platform too.
PATHS = {"keap": "/contacts", "gohighlevel": "/contacts", "mailchimp": "/members", "activecampaign": "/contacts"}


class Day:
    """One platform's day. `held` is what a backup would hold: key -> record, deleted ones taken out."""

    def __init__(self, key: str, scale: int, seed: int, time_: Any) -> None:
        from integrations.connector.limits import LocalLimiter
        from listbackup.testing.imitated import imitated

        self.key, self.lot = key, random.Random(seed)
        self.stream, self.kind, self.config = CASES[key]
        self._context = imitated(key, scale=scale)
        self.platform = self._context.__enter__()
        self.time = time_
        self.held: dict[str, Any] = {}
        self.reasons: Counter[str] = Counter()
        self.waited = 0.0
        self.limiter = LocalLimiter(clock=time.time, sleep=self.sleep)
        self.pass_seen: set[str] = set()
        self.state: dict[str, Any] | None = None
        self.told = {"runs": 0, "parked": 0, "failed": 0, "requests": 0, "waited_s": 0, "faults": 0, "ended_tokens": 0}

    def close(self) -> None:
        self._context.__exit__(None, None, None)

    def pass_by(self, seconds: float) -> None:
        self.time.shift(dt.timedelta(seconds=seconds))

    def sleep(self, seconds: float) -> None:
        self.waited += seconds
        self.pass_by(seconds)

    def credentials(self) -> Any:
        from integrations.connector.auth import StaticCredentials
        from integrations.sandbox.imitations.frame import STATIC_SECRET

        if self.platform.imitation.oauth is None:
            return StaticCredentials({"api_key": STATIC_SECRET})
        return self.platform.credentials(self.platform.sign_in())

    def run(self, credentials: Any) -> None:
        """One run over the stream from where the last one ended; what it cannot finish the next one does."""
        from integrations.connector.errors import ConnectorError, QuotaExhausted
        from integrations.connector.reader import Reader

        reader = Reader(
            self.platform.manifest, credentials=credentials, config=self.config, http=self.platform.http,
            limiter=self.limiter, limit_scope="day", sleep=self.sleep,
        )  # fmt: skip
        self.told["runs"] += 1
        seen = set(self.pass_seen) if self.state and "run" in self.state else set()
        with reader:
            try:
                for page in reader.read(self.stream, json.loads(json.dumps(self.state)), children=()):
                    self.take(page, seen)
                    self.pass_by(REQUEST_S * page.requests)
            except QuotaExhausted:
                self.told["parked"] += 1
            except ConnectorError as error:
                self.told["failed"] += 1
                self.reasons[error.code] += 1
        self.pass_seen = seen

    def take(self, page: Any, seen: set[str]) -> None:
        self.told["requests"] += page.requests
        for record in page.records:
            seen.add(record.key)
            if record.deleted:
                self.held.pop(record.key, None)
            else:
                self.held[record.key] = json.loads(record.raw)
        self.state = page.state
        if page.complete and page.sweep:
            for key in set(self.held) - seen:
                del self.held[key]
        if page.complete:
            seen.clear()

    def people(self) -> None:
        """What people do at the platform between two runs."""
        imitation = self.platform.imitation
        for action in self.lot.choices(("add", "change", "delete", "nothing"), (3, 6, 2, 1), k=3):
            if action == "add":
                imitation.added(self.kind, 0)
            elif action != "nothing":
                known = [
                    str(one["id"])
                    for parent in imitation.documents.parents(self.kind)
                    for one in imitation.documents.all(self.kind, parent)
                ]
                (imitation.changed if action == "change" else imitation.deleted)(self.kind, self.lot.choice(known))

    def misfortune(self) -> None:
        if self.lot.random() < 0.5:
            fault = {
                "kind": self.lot.choice(FAULTS),
                "path": PATHS[self.key],
                "count": self.lot.randint(1, 3),
                "skip": self.lot.randint(0, 3),
                "seconds": 5,
            }
            self.platform.imitation.faults.add(fault)
            self.told["faults"] += 1

    def truth(self) -> dict[str, Any]:
        name = "members" if self.key == "mailchimp" else "contacts"
        found = self.platform.truth(name)
        if self.key == "mailchimp":
            return {json.dumps([one["list_id"], one["id"]], separators=(",", ":")): one for one in found}
        return {str(one["id"]): one for one in found}


def whole_day(key: str, scale: int, seed: int, hours: float) -> dict[str, Any]:
    """The day, then a last quiet full pass, and the comparison."""
    with time_machine.travel(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC), tick=True) as moved:
        day = Day(key, scale, seed, moved)
        try:
            return _simulated(day, hours)
        finally:
            day.close()


def _simulated(day: Day, hours: float) -> dict[str, Any]:
    began, start = time.monotonic(), time.time()
    if day.key == "keap":
        day.platform.imitation.quota = KEAPS_DAY  # type: ignore[attr-defined]
    credentials = day.credentials()
    ends = [start + hours * 3600 * part for part in (0.25, 0.5, 0.75)]
    while time.time() < start + hours * 3600:
        if ends and time.time() > ends[0]:
            ends.pop(0)
            day.platform.admin("POST", "tokens/expire")
            day.told["ended_tokens"] += 1
        day.misfortune()
        day.run(credentials)
        day.people()
        day.pass_by(PERIOD_S)
    live = _compare(day)
    day.platform.imitation.faults.clear()
    day.state = None if "run" not in (day.state or {}) else day.state
    for _ in range(3):  # goes on with an interrupted pass, then a whole one
        day.run(credentials)
        day.state = None if "run" not in (day.state or {}) else day.state
    final = _compare(day)
    return {
        "platform": day.key,
        **day.told,
        "waited_s": round(day.waited),
        "reasons": dict(day.reasons),
        "simulated_h": round((time.time() - start) / 3600, 1),
        "took_s": round(time.monotonic() - began, 1),
        "before_the_last_full_pass": live,
        "lost": final["missing"],
        "doubled": final["extra"],
        "outdated": final["outdated"],
    }


def _compare(day: Day) -> dict[str, int]:
    truth = day.truth()
    return {
        "records": len(truth),
        "missing": len(set(truth) - set(day.held)),
        "extra": len(set(day.held) - set(truth)),
        "outdated": sum(day.held[key] != truth[key] for key in set(truth) & set(day.held)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=300)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--platforms", nargs="*", default=sorted(CASES))
    options = parser.parse_args()
    for key in options.platforms:
        print(json.dumps(whole_day(key, options.scale, options.seed, options.hours)), flush=True)
    print(json.dumps({"at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")}))


if __name__ == "__main__":
    main()
