"""The code of the service under test."""
