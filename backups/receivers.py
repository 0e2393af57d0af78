"""What the backups app does on news of others."""
