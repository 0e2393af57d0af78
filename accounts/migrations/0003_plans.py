"""The plans that customers may choose, and a trial for everybody who is there already."""

from django.db import migrations

GB = 1000**3
PLANS = [
    ("trial", "Trial", {"sources": 25, "records": 5_000_000, "storage": 50 * GB, "sub_accounts": 10, "users": 10, "frequency": 15, "sessions": 10}),
    ("starter", "Starter", {"sources": 5, "records": 500_000, "storage": 25 * GB, "sub_accounts": 0, "users": 3, "frequency": 60, "sessions": 5}),
    ("business", "Business", {"sources": 50, "records": 20_000_000, "storage": 500 * GB, "sub_accounts": 10, "users": 50, "frequency": 15, "sessions": 10}),
    ("agency", "Agency", {"sources": 2_000, "records": 500_000_000, "storage": 10_000 * GB, "sub_accounts": 10_000, "users": 1_000, "frequency": 5, "sessions": 20}),
    ("enterprise", "Enterprise", {}),
]  # fmt: skip


def seed(apps, schema_editor):
    Plan = apps.get_model("accounts", "Plan")
    for order, (code, name, limits) in enumerate(PLANS):
        Plan.objects.update_or_create(
            code=code, defaults={"name": name, "limits": limits, "order": order, "is_public": code != "enterprise"}
        )
    trial = Plan.objects.get(code="trial")
    apps.get_model("accounts", "Organization").objects.filter(plan__isnull=True).update(plan=trial)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_people_accounts_and_teams")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
