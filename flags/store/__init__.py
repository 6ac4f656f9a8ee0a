"""The write path: documents, their compilation, and the tables that keep them.

Nothing here runs in a request; it may import pydantic and boto3.
"""
