"""`connector_check` and `connector_read`, as operators type them."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

GOOD = """manifest: 1
key: tiny
name: Tiny
base_url: https://api.example.com
streams:
  things:
    request: {path: /things}
    key: id
"""


def manage(*arguments, **environment):
    """A process of its own without any service: these commands must need none."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", **environment},
    )


def test_check_of_a_good_manifest_then_says_so(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(GOOD)
    done = manage("connector_check", str(file))
    assert done.returncode == 0 and "No problems" in done.stdout
    assert json.loads(manage("connector_check", str(file), "--json").stdout)["streams"] == ["things"]


def test_check_of_a_bad_manifest_then_file_line_and_column(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(GOOD.replace("    key: id\n", "    key: id\n    nonsense: 1\n"))
    done = manage("connector_check", str(file))
    assert done.returncode == 1
    assert f"{file}:9:5:" in done.stderr


def test_check_of_a_missing_file_then_one_line(tmp_path):
    done = manage("connector_check", str(tmp_path / "none.yaml"))
    assert done.returncode == 1 and "cannot be read" in done.stderr and "Traceback" not in done.stderr


@pytest.fixture
def hosts(sandbox_server):
    return [part for real, url in sandbox_server.hosts.items() for part in ("--host", f"{real}={url}")]


def read(sandbox, hosts, *arguments):
    return manage("connector_read", "hubspot", *arguments, "--secret", f"access_token={sandbox.static_token}", *hosts)


def test_read_then_json_lines_and_the_cursor_last(sandbox_server, hosts):
    done = read(sandbox_server, hosts, "companies")
    assert done.returncode == 0, done.stderr
    records = [json.loads(line) for line in done.stdout.splitlines()]
    truth = sandbox_server.truth("companies")
    live = [record for record in records if not record.get("archived")]
    assert {record["id"] for record in live} == set(truth)
    cursor = done.stderr.strip().splitlines()[-1]
    again = read(sandbox_server, hosts, "companies", "--since", cursor)
    assert again.returncode == 0, again.stderr
    assert len(again.stdout.splitlines()) < len(records)


def test_read_with_limit_then_no_more_lines(sandbox_server, hosts):
    done = read(sandbox_server, hosts, "contacts", "--limit", "3")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


def test_read_with_a_wrong_key_then_one_line_without_it(sandbox_server, hosts):
    done = manage("connector_read", "hubspot", "contacts", "--secret", "access_token=pat-na1-planted-key", *hosts)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "planted" not in done.stderr + done.stdout


def test_read_of_an_unknown_platform_or_stream_then_one_line(sandbox_server, hosts):
    assert "no platform" in manage("connector_read", "nope", "x").stderr
    done = read(sandbox_server, hosts, "nope")
    assert done.returncode == 1 and "Traceback" not in done.stderr
