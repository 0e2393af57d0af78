"""Planted secrets must not survive; ordinary text must."""

import pytest

from listbackup.core.http.redact import HIDDEN, redact, redact_headers, redact_value

PLANTED = "pl4nt3dS3cr3t"


@pytest.mark.parametrize(
    "text",
    [
        f"https://api.example.com/x?access_token={PLANTED}&page=2",
        f"https://api.example.com/x?page=2&hapikey={PLANTED}",
        f"https://api.example.com/cb?code={PLANTED}&state=1",
        f"https://user:{PLANTED}@example.com/",
        f"Authorization: Bearer {PLANTED}",
        f"authorization=Basic {PLANTED}",
        f'{{"refresh_token": "{PLANTED}", "a": 1}}',
        f"{{'client_secret': '{PLANTED}'}}",
        f"grant_type=x&client_secret={PLANTED}&b=1",
        f"password: {PLANTED}",
        f"the key sk_live_{PLANTED} is wrong",
        f"pat-na1-{PLANTED}",
    ],
)
def test_planted_secret_is_hidden(text: str) -> None:
    assert PLANTED not in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "page 4 of 10",
        "https://api.example.com/x?page=2&limit=100",
        "the tokens were renewed",
        '{"id": "1", "name": "Ann"}',
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


def test_headers_that_carry_secrets_are_hidden() -> None:
    found = redact_headers({"Authorization": PLANTED, "X-Api-Key": PLANTED, "Cookie": PLANTED, "Accept": "text/html"})
    assert PLANTED not in str(found)
    assert found["Accept"] == "text/html"


def test_records_then_fields_named_like_secrets_and_known_secrets_are_hidden() -> None:
    record = {
        "id": 7,
        "apiKey": "k-1",
        "access_token": "t-1",
        "password": None,
        "assigned_to": "Ada",
        "design": "blue",
        "note": "call with hush-hush",
        "nested": [{"client-secret": "s-1", "url": "https://x.example/?api_key=abc&page=2"}],
    }
    assert redact_value(record, ["hush-hush"]) == {
        "id": 7,
        "apiKey": HIDDEN,
        "access_token": HIDDEN,
        "password": None,
        "assigned_to": "Ada",
        "design": "blue",
        "note": f"call with {HIDDEN}",
        "nested": [{"client-secret": HIDDEN, "url": f"https://x.example/?api_key={HIDDEN}&page=2"}],
    }
