"""The real first migration."""

from importlib import import_module

Migration = import_module("accounts.activity.migrations.0001_initial").Migration
