"""What every API call costs before its own work, and a sign-up. Run by hand: python benchmarks/request_cost.py"""

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
CALLS = 500
OVERHEAD: list[float] = []


def main() -> None:
    folder = tempfile.mkdtemp(prefix="listbackup-calls-")
    os.environ |= {"LB_VAR": folder, "DJANGO_SETTINGS_MODULE": "listbackup.settings", "LOG_LEVEL": "ERROR"}
    from listbackup.embedded.services import Embedded

    services = Embedded().start()
    try:
        print(json.dumps(measure()))
    finally:
        services.close()
        shutil.rmtree(folder, ignore_errors=True)


def measure() -> dict[str, Any]:
    import django

    django.setup()
    from django.conf import settings
    from django.urls import path
    from rest_framework.response import Response

    from accounts.access.api import AccountAPIView
    from accounts.services.schemas import migrate_tenants
    from listbackup import urls

    class Nothing(AccountAPIView):
        """Authentication, throttles, context, schema and permission; no work of its own."""

        permissions = {"get": "account.view"}

        def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
            begun = time.process_time()
            super().initial(request, *args, **kwargs)
            OVERHEAD.append(time.process_time() - begun)

        def get(self, request: Any) -> Response:
            return Response({})

    migrate_tenants()
    settings.APP_HOSTS = ["testserver"]
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"] = {"anon": "100000/min", "user": "100000/min"}
    urls.urlpatterns = [path("api/v1/nothing", Nothing.as_view()), *urls.urlpatterns]
    return {"sign_up_s": sign_up(), **calls()}


def sign_up() -> float:
    """Seconds of the server for the form, the confirmation of the address and the first page."""
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC
    from django.test import Client

    times = []
    for number in range(5):
        client = Client()
        client.get("/accounts/login/")  # templates are read once
        email = f"person{number}@example.com"
        form = {
            "email": email,
            "password1": "correct horse battery",
            "name": "P",
            "company": f"C{number}",
            "terms": "on",
        }
        begun = time.perf_counter()
        client.get("/accounts/signup/")
        answer = client.post("/accounts/signup/", form)
        assert answer.status_code == 302, answer.content
        key = EmailConfirmationHMAC(EmailAddress.objects.get(email=email)).key
        assert client.post(f"/accounts/confirm-email/{key}/").status_code == 302
        answer = client.get("/", follow=True)
        times.append(time.perf_counter() - begun)
        assert answer.status_code == 200 and b"/accounts/login/" not in answer.content
    return round(statistics.median(times), 3)


def calls() -> dict[str, float]:
    from allauth.account.models import EmailAddress
    from django.test import Client

    from accounts.models import User
    from accounts.services.organizations import create_organization

    user = User.objects.create_user("caller@example.com", "correct horse battery")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    create_organization(name="Caller", owner=user)
    body = {"email": user.email, "password": "correct horse battery"}
    answer = Client().post("/api/v1/auth/login", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    headers = {"Authorization": f"Bearer {answer.json()['accessToken']}"}
    client = Client(raise_request_exception=True)
    for _ in range(20):
        assert client.get("/api/v1/nothing", headers=headers).status_code == 200
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(CALLS):
        client.get("/api/v1/nothing", headers=headers)
    return {
        "overhead_cpu_ms": round(statistics.fmean(OVERHEAD[-CALLS:]) * 1000, 2),
        "call_cpu_ms": round((time.process_time() - cpu) / CALLS * 1000, 2),
        "call_wall_ms": round((time.perf_counter() - wall) / CALLS * 1000, 2),
    }


if __name__ == "__main__":
    main()
