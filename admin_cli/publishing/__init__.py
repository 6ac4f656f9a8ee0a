"""Deployments of services, and their versions, as the command line carries them out."""
