"""Checks of a county against its departments."""
