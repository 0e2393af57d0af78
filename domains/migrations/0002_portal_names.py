import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import listbackup.core.ids


class Migration(migrations.Migration):
    """The table was never written to: it is made anew, with what a portal's name needs."""

    dependencies = [
        ("accounts", "0008_pictures"),
        ("domains", "0001_initial"),
    ]

    operations = [
        migrations.DeleteModel(name="Domain"),
        migrations.CreateModel(
            name="Domain",
            fields=[
                ("id", models.UUIDField(default=listbackup.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("domain", models.CharField(help_text="lower case, punycode", max_length=253)),
                ("is_primary", models.BooleanField(default=False, help_text="links in mails lead here")),
                ("token", models.CharField(max_length=64)),
                ("verified_at", models.DateTimeField(blank=True, null=True)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="portal_domains", to="accounts.account")),
                ("created_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("tenant", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="domains", to="accounts.organization")),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.AddIndex(
            model_name='domain',
            index=models.Index(fields=['account', '-id'], name='domain_account'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(condition=models.Q(('verified_at__isnull', False)), fields=('domain',), name='domain_verified_once'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(fields=('account', 'domain'), name='domain_claimed_once'),
        ),
        migrations.AddConstraint(
            model_name='domain',
            constraint=models.UniqueConstraint(condition=models.Q(('is_primary', True)), fields=('account',), name='domain_one_primary'),
        ),
    
    ]
