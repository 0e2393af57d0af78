"""Wrong manifests: every problem with its line and column."""

import time

import pytest

from integrations.connector.manifest import ManifestError, load_manifest
from integrations.connector.patterns import fits

GOOD = """\
manifest: 1
key: demo
name: Demo
base_url: https://api.example.com/{config.version}
config:
  version: {label: Version, default: v1}
auth: [{kind: bearer, secret: token}]
streams:
  people:
    request: {path: /people}
    records: data
    key: id
    page: {kind: cursor, next: next, param: after}
"""


def problems(text: str) -> list[tuple[int, int, str, str]]:
    with pytest.raises(ManifestError) as caught:
        load_manifest(text)
    return [(one.line, one.column, one.path, one.message) for one in caught.value.problems]


def test_good_manifest_loads() -> None:
    manifest = load_manifest(GOOD)
    assert (manifest.key, manifest.auth_kinds, list(manifest.streams)) == ("demo", ("bearer",), ["people"])
    assert manifest.streams["people"].key == ("id",)


@pytest.mark.parametrize(
    ("old", "new", "line", "column", "path", "word"),
    [
        ("key: id", "keys: id", 12, 5, "streams.people.keys", "not a known setting"),
        ("    key: id\n", "", 9, 3, "streams.people", "has no key"),
        ("kind: cursor", "kind: curser", 13, 12, "streams.people.page.kind", "is not one of"),
        ("param: after", "size: 10", 13, 5, "streams.people.page", "needs param"),
        ("name: Demo\n", "", 1, 1, "(document)", "lacks name"),
        ("key: demo", "key: Demo!", 2, 1, "key", "does not match"),
        ("path: /people", "path: '/people/{parent.id}'", 10, 5, "streams.people.request", "not known here"),
        ("{config.version}", "{config.wersion}", 4, 1, "base_url", "config has no wersion"),
        (
            "    records: data\n",
            "    parent: {stream: folks}\n",
            11,
            14,
            "streams.people.parent.stream",
            "no stream folks",
        ),
        ("    records: data\n", "    records: data\n    records: x\n", 12, 5, "streams.people.records", "given twice"),
        ("    records: data\n", "    use: nothing\n", 11, 5, "streams.people.use", "no template nothing"),
        ("    records: data\n", "    records: [data\n", 12, 8, "(document)", "not YAML"),
        ("    records: data\n", "    webhooks: {}\n", 11, 5, "streams.people.webhooks", "not a known setting"),
        ("path: /people", "path: /people, bucket: fast", 10, 30, "streams.people.request.bucket", "no limit bucket"),
        ("kind: bearer", "kind: oauth2", 7, 8, "auth.0", "needs authorize_url"),
        (
            "    records: data\n",
            "    incremental: {format: epoch_s}\n",
            11,
            5,
            "streams.people.incremental",
            "needs the stream's cursor",
        ),
    ],
)
def test_problem_is_named_with_its_place(old: str, new: str, line: int, column: int, path: str, word: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert (line, column, path) in [one[:3] for one in found], found
    assert any(word in message for *_, message in found), found


def test_all_problems_are_named_at_once() -> None:
    found = problems(
        GOOD.replace("name: Demo", "nam: Demo").replace("key: id", "kee: id").replace("kind: cursor", "kind: x")
    )
    assert [one[2] for one in found] == ["(document)", "nam", "streams.people.kee", "streams.people.page.kind"]


@pytest.mark.parametrize("text", ["", "- 1\n", "a: !!python/object/apply:os.system [ls]\n", "{" * 5000, "a: &a [*a]\n"])
def test_hostile_text_is_a_problem_not_a_crash(text: str) -> None:
    assert problems(text)


def test_alias_bomb_is_refused() -> None:
    text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert any("too many" in message for *_, message in problems(text))


def test_templates_are_filled_with_the_streams_values() -> None:
    text = GOOD.replace(
        "streams:",
        "templates:\n  t: {request: {path: '/x/{vars.kind}'}, key: id, vars: {kind: a}}\nstreams:\n  b: {use: t, vars: {kind: bees}}\n  a: {use: t}",
    )
    manifest = load_manifest(text)
    assert [manifest.streams[name].request.path for name in "ab"] == ["/x/a", "/x/bees"]


@pytest.mark.parametrize("pattern", ["(?=a)b", r"(a)\1", "a{1,100000}", "((a{100}){100}){100}"])
def test_patterns_that_could_take_for_ever_or_mean_something_else_are_refused(pattern: str) -> None:
    text = GOOD.replace("default: v1", f"default: v1, pattern: '{pattern}'")
    (found,) = problems(text)
    assert found[2] == "config.version.pattern" and "RE2" in found[3]


def test_a_pattern_that_backtracks_elsewhere_answers_at_once() -> None:
    load_manifest(GOOD.replace("default: v1", "default: v1, pattern: '(a+)+$'"))
    begun = time.perf_counter()
    assert not fits("(a+)+$", "a" * 500 + "!") and fits("(a+)+$", "a" * 500)
    assert time.perf_counter() - begun < 0.5


HOOKS = """\
webhooks:
  events: [{type: person.*, stream: people, key: id}]
"""
BY_ID = '    by_id: {request: {path: "/people/{key}"}}\n'


@pytest.mark.parametrize(
    ("text", "path", "word"),
    [
        (GOOD + HOOKS, "webhooks.events.0.key", "no by_id"),
        (GOOD + BY_ID + HOOKS.replace("people,", "folks,"), "webhooks.events.0.stream", "no stream folks"),
        (GOOD + HOOKS.replace(", key: id", ""), "webhooks.events.0", "cannot be read by increments"),
        (GOOD + BY_ID + HOOKS + "  address: app\n", "webhooks.address", "needs account and signatures"),
        (GOOD + BY_ID.replace("{key}", "x"), "streams.people.by_id.request", "needs {key}"),
        (GOOD + '    by_id: {request: {path: "/p/{since}"}}\n', "streams.people.by_id.request", "not known here"),
        (GOOD + BY_ID + HOOKS + "  signatures: [{header: X, algorithm: sha256}]\n", "webhooks.signatures.0", "{key}"),
        (
            GOOD
            + BY_ID
            + HOOKS
            + '  signatures: [{header: X, algorithm: hmac_sha256, message: "{timestamp}{body}"}]\n',
            "webhooks.signatures.0",
            "timestamp_header",
        ),
    ],
)
def test_wrong_webhooks_are_said(text: str, path: str, word: str) -> None:
    load_manifest(GOOD + BY_ID + HOOKS)
    assert any(found[2] == path and word in found[3] for found in problems(text))
