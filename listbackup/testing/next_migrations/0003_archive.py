"""The real third migration."""

from importlib import import_module

Migration = import_module("accounts.activity.migrations.0003_archive").Migration
