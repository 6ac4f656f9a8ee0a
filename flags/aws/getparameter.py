"""Systems Manager GetParameter: one parameter's value, decrypted."""

from __future__ import annotations

import json

from flags.aws.client import AwsClient, checked
from flags.aws.confidential import text_at

HEADERS = {
    "content-type": "application/x-amz-json-1.1",
    "x-amz-target": "AmazonSSM.GetParameter",
}


def get_parameter(client: AwsClient, name: str, *, timeout: float) -> str:
    """The value of a parameter, by name or ARN; a `SecureString` is decrypted.

    Raises `TransportError` or `AwsError`, neither with anything of the value.
    """
    question = {"Name": name, "WithDecryption": True}
    body = json.dumps(question, separators=(",", ":")).encode()
    pending = client.begin("POST", "/", headers=HEADERS, body=body, timeout=timeout)
    response = checked(client.service, pending.result())
    return text_at(client.service, response, "Parameter", "Value")
