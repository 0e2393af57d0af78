"""What people and tests use to look into the sandbox, change its data and break it."""
