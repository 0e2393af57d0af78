"""The demo: imitated platforms, an agency with two customers, their backups, and the proof of a full round."""
