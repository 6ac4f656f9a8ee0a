"""Secrets Manager GetSecretValue: the current value of one secret, as text."""

from __future__ import annotations

import json

from flags.aws.client import AwsClient, checked
from flags.aws.confidential import text_at

HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "secretsmanager.GetSecretValue",
}


def get_secret(client: AwsClient, secret: str, *, timeout: float) -> str:
    """The text of a secret, by name or ARN.

    Raises `TransportError` or `AwsError`, neither with anything of the value. A secret
    that is bytes is refused.
    """
    body = json.dumps({"SecretId": secret}, separators=(",", ":")).encode()
    pending = client.begin("POST", "/", headers=HEADERS, body=body, timeout=timeout)
    response = checked(client.service, pending.result())
    return text_at(client.service, response, "SecretString")
