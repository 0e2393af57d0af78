"""`bin/demo --check`: a newcomer's whole round through the front doors, proved against the platform's own truth.

Sign-up by the web form, verification by the mail, connection by OAuth through the consent page, first backup, changes
at the platform, incremental backup, verification of every byte, export compared record by record, and a read-back by
`bin/read-backup` with nothing but the files and the recovery key.
"""

import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from django.conf import settings

from listbackup.demo.forms import forms_of

STREAMS = ["contacts", "companies", "deals"]
JOB_SECONDS = 300
PASSWORD = "a long enough passphrase"  # noqa: S105  of the throw-away person of this check


class CheckFailed(RuntimeError):
    """A step did not do what it should; the message says which and how."""


def full_round(base: str, environment: dict[str, str], *, begun: float) -> dict[str, Any]:
    """Runs the round against a running `up --demo`; returns what was done and seen, with `ok` and, if not, `reason`."""
    result: dict[str, Any] = {"ok": False, "steps": []}
    try:
        Round(base, environment, result, begun).run()
        result["ok"] = True
    except (CheckFailed, httpx.HTTPError, KeyError, ValueError) as error:
        result["reason"] = f"{type(error).__name__}: {error}"
    result["seconds"] = round(time.monotonic() - begun, 1)
    return result


class Round:
    """One browser's story."""

    def __init__(self, base: str, environment: dict[str, str], result: dict[str, Any], begun: float) -> None:
        # The browser's address must be the one that the service puts into its links.
        self.base = base.replace("127.0.0.1", "localhost")
        self.sandbox = environment["SANDBOX_URL"]
        self.environment = environment
        self.result = result
        self.begun = begun
        self.browser = httpx.Client(base_url=self.base, timeout=60, follow_redirects=False)
        self.email = f"check-{int(time.time() * 1000)}@demo.example"

    def run(self) -> None:
        self._sign_up()
        connection = self._connect()
        source = self._post("/api/v1/sources", {"connection": connection, "name": "Check", "streams": STREAMS})
        first = self._finish(self._latest_job(source["id"]))
        self.result["first_backup"] = first["counts"]
        self.result["seconds_to_first_backup"] = round(time.monotonic() - self.begun, 1)
        self._step("first backup", first["state"])
        changes = self._change_the_platform()
        second = self._finish(self._post(f"/api/v1/sources/{source['id']}/sync", {}))
        self.result["incremental"] = second["counts"]
        self._compare_counts(second["counts"], changes)
        self._step("incremental backup", second["state"])
        self._verify(source["id"])
        exported = self._export(source["id"])
        self._compare_with_truth(exported)
        self._read_back(source["id"], exported)

    # -- steps

    def _sign_up(self) -> None:
        form = {"email": self.email, "password1": PASSWORD, "name": "Chris Check", "company": "Check Ltd"}
        self._submit("/accounts/signup/", form)
        link = self._mailed_link()
        page = self.browser.get(link)
        self._submit(link, {}, page=page)
        home = self.browser.get("/", follow_redirects=True)
        if home.status_code != 200 or "/accounts/login" in str(home.url):
            raise CheckFailed(f"sign-up did not end in the dashboard but at {home.url}: {home.status_code}")
        self._step("sign-up", str(home.url.path))

    def _mailed_link(self) -> str:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            folder = Path(settings.EMAIL_FILE_PATH)
            for file in sorted(folder.glob("*.log"), reverse=True) if folder.exists() else []:
                text = file.read_text(errors="replace")
                found = re.search(r"https?://\S+/accounts/confirm-email/\S+", text.replace("=\n", ""))
                if self.email in text and found:
                    return urlsplit(found.group()).path
            time.sleep(0.3)
        raise CheckFailed("no verification mail came within 60 s")

    def _connect(self) -> str:
        started = self._post("/api/v1/integrations/oauth/start/hubspot", {})
        consent = self.browser.get(started["authorization_url"])
        if consent.status_code != 200:
            raise CheckFailed(f"the consent page answered {consent.status_code}")
        granted = self._submit(started["authorization_url"], {}, page=consent, press="Connect app")
        callback = granted.headers.get("location", "")
        if "code" not in parse_qs(urlsplit(callback).query):
            raise CheckFailed(f"the platform gave no code: {callback[:120]}")
        done = self.browser.get(callback)
        if done.status_code not in (302, 303):
            raise CheckFailed(f"the callback answered {done.status_code}: {done.text[:300]}")
        connections = self._get("/api/v1/connections")["results"]
        self._step("connected by OAuth", connections[0]["external_label"])
        return str(connections[0]["id"])

    def _change_the_platform(self) -> dict[str, int]:
        changes = {"added": 7, "changed": 5, "deleted": 3}
        with httpx.stream("GET", f"{self.sandbox}/sandbox/api/truth/contacts", timeout=120) as answer:
            known = [json.loads(line)["id"] for line, _ in zip(answer.iter_lines(), range(8), strict=False)]
        # Named ones, so that none is both changed and deleted.
        for action, body in (
            ("add", {"count": changes["added"]}),
            ("change", {"ids": known[:5]}),
            ("delete", {"ids": known[5:]}),
        ):
            url = f"{self.sandbox}/sandbox/api/records/{action}"
            httpx.post(url, json={"type": "contacts", **body}, timeout=30).raise_for_status()
        self._step("platform changed", json.dumps(changes))
        return changes

    @staticmethod
    def _compare_counts(counts: dict[str, Any], changes: dict[str, int]) -> None:
        seen = {
            "added": counts["records_new"],
            "changed": counts["records_changed"],
            "deleted": counts["records_deleted"],
        }
        if seen != changes:
            raise CheckFailed(f"the incremental backup saw {seen} instead of {changes}")

    def _verify(self, source: str) -> None:
        report = self._manage("verify", source, "--read-data", "--json")
        if report.get("damages"):
            raise CheckFailed(f"verification found damage: {report['damages']}")
        self.result["verified"] = report
        self._step("verified every byte", str(report.get("bytes_read", "")))

    def _export(self, source: str) -> dict[str, list[dict[str, Any]]]:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "export.zip"
            self._manage("export", source, "--to", str(file), "--format", "jsonl", "--json")
            with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
                found = {
                    Path(name).stem: [json.loads(line) for line in archive.read(name).splitlines()]
                    for name in archive.namelist()
                    if name.endswith(".jsonl")
                }
        self._step("exported", json.dumps({name: len(records) for name, records in found.items()}))
        return found

    def _compare_with_truth(self, exported: dict[str, list[dict[str, Any]]]) -> None:
        compared = 0
        for stream in STREAMS:
            truth = {}
            with httpx.stream("GET", f"{self.sandbox}/sandbox/api/truth/{stream}", timeout=120) as answer:
                for line in answer.iter_lines():
                    record = json.loads(line)
                    truth[str(record["id"])] = record["properties"]
            copy = {str(record["id"]): record["properties"] for record in exported.get(stream, [])}
            if set(copy) != set(truth):
                raise CheckFailed(f"{stream}: {len(set(truth) ^ set(copy))} records are only on one side")
            for key, properties in truth.items():
                wrong = [name for name, value in properties.items() if value and copy[key].get(name) != value]
                if wrong:
                    raise CheckFailed(f"{stream} {key}: {wrong[:5]} differ from the platform")
            compared += len(truth)
        self.result["records_compared_with_platform"] = compared
        self._step("export equals the platform", f"{compared} records")

    def _read_back(self, source: str, exported: dict[str, list[dict[str, Any]]]) -> None:
        """The files and the recovery key alone, without our code, give the same records."""
        key = self._manage("recovery_key", "--account", self._account(), "--json")["recovery_key"]
        if not settings.SNAPSHOT_STORAGE_URL.startswith("file://"):
            return
        with tempfile.TemporaryDirectory() as folder:
            secret = Path(folder) / "key"
            secret.write_text(key)
            latest = self._get(f"/api/v1/sources/{source}")["last_snapshot"]
            command = [sys.executable, str(settings.BASE_DIR / "bin/read-backup"), "--files"]
            command += [urlsplit(settings.SNAPSHOT_STORAGE_URL).path, "--recovery-key", f"@{secret}"]
            command += ["--account", self._account(), "export", str(latest), "--to", f"{folder}/out"]
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
            if done.returncode != 0:
                raise CheckFailed(f"bin/read-backup failed: {done.stderr[-300:]}")
            for stream in STREAMS:
                file = next(Path(folder, "out").rglob(f"{stream}.jsonl"))
                records = {record["id"]: record for record in map(json.loads, file.read_text().splitlines())}
                if records != {record["id"]: record for record in exported[stream]}:
                    raise CheckFailed(f"bin/read-backup gave other {stream} than the export")
        self._step("read back with the recovery key alone", "equal")

    # -- tools

    def _account(self) -> str:
        return str(self._get("/api/v1/auth/profile")["account"]["id"])

    def _step(self, name: str, seen: str) -> None:
        self.result["steps"].append({"step": name, "seen": seen, "at": round(time.monotonic() - self.begun, 1)})

    def _submit(
        self, url: str, fields: dict[str, str], *, page: httpx.Response | None = None, press: str = ""
    ) -> httpx.Response:
        """Fills and sends the page's form as a browser does: hidden fields, the pressed button, the cookie's token."""
        page = page or self.browser.get(url)
        wanted = [
            form for form in forms_of(page.text) if form.method == "post" and (not press or press in form.buttons)
        ]
        if not wanted:
            raise CheckFailed(f"{page.url.path} shows no form ({page.status_code})")
        form = wanted[-1]
        data: dict[str, str | list[str]] = {}
        for name, value in form.fields:
            data[name] = [*data.get(name, []), value]
        data |= fields
        name, value = form.buttons.get(press, ("", ""))
        if name:
            data[name] = value
        target = urljoin(str(page.url), form.action or str(page.url))
        answer = self.browser.post(target, data=data, headers={"Referer": str(page.url)})
        if answer.status_code not in (302, 303):
            raise CheckFailed(f"the form at {page.url.path} answered {answer.status_code}")
        return answer

    def _headers(self) -> dict[str, str]:
        token = next((cookie.value for cookie in self.browser.cookies.jar if "csrftoken" in cookie.name), "")
        return {"X-CSRFToken": token or "", "Referer": self.base}

    def _get(self, path: str) -> dict[str, Any]:
        return self._json(self.browser.get(path))

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._json(self.browser.post(path, json=body, headers=self._headers()))

    @staticmethod
    def _json(answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code >= 400:
            raise CheckFailed(
                f"{answer.request.method} {answer.request.url.path}: {answer.status_code} {answer.text[:300]}"
            )
        return dict(answer.json())

    def _latest_job(self, source: str) -> dict[str, Any]:
        return dict(self._get(f"/api/v1/jobs?source={source}")["results"][0])

    def _finish(self, job: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + JOB_SECONDS
        while time.monotonic() < deadline:
            job = self._get(f"/api/v1/jobs/{job['id']}")
            if job["state"] == "succeeded":
                return job
            if job["state"] in ("failed", "cancelled", "dead", "partial"):
                raise CheckFailed(f"the job ended {job['state']}: {job.get('error')}")
            time.sleep(0.3)
        raise CheckFailed(f"the job did not end within {JOB_SECONDS} s: {job['state']}")

    def _manage(self, *arguments: str) -> dict[str, Any]:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *arguments],
            env=os.environ | self.environment,
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise CheckFailed(f"manage.py {arguments[0]} failed: {(done.stderr or done.stdout).strip()[-400:]}")
        lines = done.stdout.strip().splitlines()
        return dict(json.loads(lines[-1])) if lines else {}
