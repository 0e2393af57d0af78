"""What the accounts app does on news of others."""
