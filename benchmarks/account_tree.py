"""Ten thousand accounts: the hierarchy in one query, and what resolving a context costs. Run by hand: python benchmarks/account_tree.py"""

import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


def main(count: int = 10_000) -> None:
    folder = tempfile.mkdtemp(prefix="listbackup-tree-")
    os.environ |= {"LB_VAR": folder, "DJANGO_SETTINGS_MODULE": "listbackup.settings", "LOG_LEVEL": "ERROR"}
    from listbackup.embedded.services import Embedded

    services = Embedded().start()
    try:
        print(json.dumps(measure(count)))
    finally:
        services.close()
        shutil.rmtree(folder, ignore_errors=True)


def measure(count: int) -> dict[str, object]:
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from accounts.access.resolve import context_for
    from accounts.access.schema import entered
    from accounts.enums import Via
    from accounts.models import Account, User
    from accounts.selectors.accounts import hierarchy
    from accounts.services.organizations import create_organization
    from accounts.services.schemas import migrate_tenants
    from listbackup.core.ids import uuid7

    migrate_tenants()
    owner = User.objects.create_user("owner@example.com", None)
    root = create_organization(name="Root", owner=owner)
    nodes, made = [root], []
    for number in range(count - 1):
        parent, key = nodes[number // 10], uuid7()
        node = Account(
            id=key,
            organization=root.organization,
            parent=parent,
            path=f"{parent.path}{key}/",
            level=parent.level + 1,
            name=f"Account {number}",
            slug=f"account-{number}",
        )
        nodes.append(node)
        made.append(node)
    Account.objects.bulk_create(made, batch_size=1000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    context = context_for(owner, root.pk, via=Via.COMMAND)
    times = []
    with entered(root.organization):
        for _ in range(5):
            begun = time.perf_counter()
            with CaptureQueriesContext(connection) as captured:
                found = hierarchy(context)
            times.append(time.perf_counter() - begun)
    first = time.perf_counter()
    context_for(owner, nodes[-1].pk, via=Via.COMMAND)
    again = time.perf_counter()
    for _ in range(100):
        context_for(owner, nodes[-1].pk, via=Via.COMMAND)
    end = time.perf_counter()
    return {
        "accounts": len(found),
        "queries": len([one for one in captured if "search_path" not in one["sql"]]),
        "hierarchy_ms": round(min(times) * 1000, 1),
        "context_first_ms": round((again - first) * 1000, 2),
        "context_cached_ms": round((end - again) * 10, 3),
    }


if __name__ == "__main__":
    main()
