"""The ground every floor stands on; it knows no room above it."""
