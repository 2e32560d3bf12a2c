"""The night, the checks, the release."""
