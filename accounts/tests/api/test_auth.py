"""Sign-in of API clients."""

import time

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client
from rest_framework.test import APIClient
from rest_framework.throttling import AnonRateThrottle

from listbackup.testing.people import PASSWORD

LOGIN = "/api/v1/auth/login"


@pytest.fixture
def api():
    return APIClient()


def sign_in(api, email="olga@example.com", password=PASSWORD, **more):
    return api.post(LOGIN, {"email": email, "password": password, **more}, format="json")


def test_login_then_tokens_user_and_accounts(people, api):
    answer = sign_in(api)
    assert answer.status_code == 200, answer.content
    body = answer.json()
    assert body["user"]["email"] == "olga@example.com"
    assert [account["name"] for account in body["accounts"]] == ["Acme", "North", "South"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {body['accessToken']}")
    profile = api.get("/api/v1/auth/profile").json()
    assert profile["role"] == "owner" and "source.sync" in profile["permissions"]


@pytest.mark.parametrize("email", ["olga@example.com", "nobody@example.com"])
def test_login_with_wrong_password_then_401_that_does_not_tell_who_exists(people, api, email):
    answer = sign_in(api, email=email, password="wrong password")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == "auth.bad_credentials" and body["correlation_id"]


def test_login_with_broken_json_then_400(people, api):
    answer = api.post(LOGIN, "{", content_type="application/json")
    assert answer.status_code == 400 and answer.json()["status"] == 400


def test_eleventh_bad_login_then_429(people, api):
    answers = [sign_in(api, password="wrong password").status_code for _ in range(11)]
    assert answers[-1] == 429


def test_second_factor_then_asked_for_and_each_code_works_once(people, api):
    secret = generate_totp_secret()
    TOTP.activate(people.olga, secret)
    [spare, *_] = RecoveryCodes.activate(people.olga).get_unused_codes()
    needed = sign_in(api)
    assert (needed.status_code, needed.json()["code"]) == (401, "auth.second_factor_needed")
    assert "accessToken" not in needed.json()
    assert sign_in(api, code="000000").json()["code"] == "auth.bad_code"
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    answer = sign_in(api, code=code)
    assert answer.status_code == 200, answer.content
    assert sign_in(api, code=code).json()["code"] == "auth.bad_code"
    assert sign_in(api, code=spare).status_code == 200
    assert sign_in(api, code=spare).json()["code"] == "auth.bad_code"
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['accessToken']}")
    assert api.get("/api/v1/auth/profile").status_code == 200


def test_many_bad_codes_then_429_even_for_the_right_one(people, api):
    secret = generate_totp_secret()
    TOTP.activate(people.olga, secret)
    answers = [sign_in(api, code="000000").status_code for _ in range(11)]
    assert 429 in answers
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))
    assert sign_in(api, code=code).status_code == 429


def test_more_sign_ins_than_the_plan_allows_then_the_oldest_ends(people, api):
    plan = people.acme.organization.plan
    plan.limits = {**plan.limits, "sessions": 2}
    plan.save()
    tokens = [sign_in(APIClient()).json()["accessToken"] for _ in range(2)]
    browser = Client()
    browser.post("/accounts/login/", {"login": "olga@example.com", "password": PASSWORD})
    found = []
    for token in tokens:
        api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        found.append(api.get("/api/v1/auth/profile").status_code)
    assert found == [401, 200]
    page = browser.get("/members/")
    assert page.status_code == 200 and b"the oldest sign-in was ended" in page.content


def test_refresh_then_old_token_ends_the_session(people, api):
    first = sign_in(api).json()
    second = api.post("/api/v1/auth/refresh", {"refreshToken": first["refreshToken"]}, format="json")
    assert second.status_code == 200, second.content
    again = api.post("/api/v1/auth/refresh", {"refreshToken": first["refreshToken"]}, format="json")
    assert (again.status_code, again.json()["code"]) == (401, "auth.refresh_reused")
    after = api.post("/api/v1/auth/refresh", {"refreshToken": second.json()["refreshToken"]}, format="json")
    assert after.status_code == 401
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {second.json()['accessToken']}")
    assert api.get("/api/v1/auth/profile").status_code == 401


def test_profile_without_token_then_401_problem(people, api):
    answer = api.get("/api/v1/auth/profile")
    assert answer.status_code == 401 and answer["Content-Type"] == "application/problem+json"


def test_profile_of_foreign_account_then_404(people, api):
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {sign_in(api).json()['accessToken']}")
    answer = api.get("/api/v1/auth/profile", headers={"X-Account-Context": str(people.other.id)})
    assert answer.status_code == 404


def test_body_over_the_limit_then_413_problem(people, api):
    answer = api.post(LOGIN, b"x" * (6 * 1024 * 1024), content_type="application/json")
    assert answer.status_code == 413 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "body", ["[" * 100_000, '{"email": "\\ud800"}', '{"email": "\\u0000", "password": "x"}', "[]", "1e999"]
)
def test_hostile_json_then_400(people, api, body):
    answer = api.post(LOGIN, body, content_type="application/json")
    assert answer.status_code == 400, answer.content


def test_forwarded_header_that_no_proxy_vouches_for_then_the_same_caller(rf):
    """Otherwise a new header with each call would be a new caller, and the throttle none."""
    calls = [rf.get("/", headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(3)]
    assert {AnonRateThrottle().get_ident(call) for call in calls} == {"127.0.0.1"}
