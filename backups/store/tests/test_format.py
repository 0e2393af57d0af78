import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backups.store.errors import RecordRefused
from backups.store.format import DELETED_HASH, _canonical_slow, canonical_json, content_hash, content_hashes, slug

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(values, st.booleans(), st.randoms())
def test_order_and_white_space_do_not_matter(value: object, escape: bool, rnd: object) -> None:
    def shuffled(v: object) -> object:
        if isinstance(v, dict):
            items = list(v.items())
            rnd.shuffle(items)  # type: ignore[attr-defined]
            return {k: shuffled(x) for k, x in items}
        return [shuffled(x) for x in v] if isinstance(v, list) else v

    one = json.dumps(value).encode()
    other = json.dumps(shuffled(value), indent=2, ensure_ascii=escape).encode("utf-8", "surrogatepass")
    try:
        other.decode()
    except UnicodeDecodeError:
        return
    assert content_hash(one) == content_hash(other)
    assert canonical_json(one) == _canonical_slow(one)  # both writers agree


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a":1}', '{"a":2}'),
        ('{"a":1.0}', '{"a":1}'),
        ('{"a":"1"}', '{"a":1}'),
        ('{"a":12345678901234567890123}', '{"a":12345678901234567890124}'),
        ('{"a":0.12345678901234567891}', '{"a":0.12345678901234567892}'),
        ('{"a":"\\u0000"}', '{"a":""}'),
        ('{"a":"\\ud800"}', '{"a":"\\ud801"}'),
        ('{"a":null}', "{}"),
        ("[1,2]", "[2,1]"),
    ],
)
def test_what_differs_has_another_hash(one: str, other: str) -> None:
    assert content_hash(one.encode()) != content_hash(other.encode())


def test_odd_records_have_a_hash() -> None:
    for raw in (
        b'"\\ud800"',
        b'{"a":"\\udfff\\u0000"}',
        b"[" * 50_000,
        b"no json",
        b"",
        b"1" * 5000,
        b'{"a":1e999}',
        b"NaN",
    ):
        assert len(content_hash(raw)) == 16
    assert canonical_json(b'{"b":"\\u0000\\u001F/\\/","a":-0}') == b'{"a":0,"b":"\\u0000\\u001f//"}'
    with pytest.raises(RecordRefused):
        content_hash(b'{"a":"\xff"}')


def test_hashes_of_many_records_are_those_of_each_one() -> None:
    long, short, odd = json.dumps({"b": "x" * 9000, "a": 1}).encode(), b'{"b":1.50,"a":[]}', b'{"a":"\\ud800"}'
    raws = [long, short, odd, b"no json", short, b"[" * 50_000, long]
    assert content_hashes([*raws, None]) == [*map(content_hash, raws), DELETED_HASH]
    with pytest.raises(RecordRefused):
        content_hashes([short, b'{"a":"\xff"}'])


def test_slugs_differ_and_are_safe() -> None:
    names = ["contacts", "Contacts", "a/b", "../x", "CON", "a%2Fb", "é", "x" * 300, "x" * 301, "2-123", "a:b", "\ud800"]
    slugs = [slug(name) for name in names]
    assert slug("contacts") == "contacts"
    assert len({s.casefold() for s in slugs}) == len(names)
    assert all(set(s) <= set("abcdefghijklmnopqrstuvwxyz0123456789_.%ABCDEF~") and len(s) <= 80 for s in slugs)
