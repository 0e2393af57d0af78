"""The real second migration."""

from importlib import import_module

Migration = import_module("accounts.activity.migrations.0002_device_and_version").Migration
