"""Questions to snapshots: state, history, search, export. Pure Python over `backups.store`; DuckDB is loaded on use.

with Snapshots.open(blobs, keyring, load_manifest(blobs, keyring, name)) as view: view.page("contacts", limit=50)
"""
