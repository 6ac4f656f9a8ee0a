"""The keys of overrides, where they are kept: read, exchanged, written back.

A place of keys is the name of an SSM parameter (a `SecureString`), or the ARN of a
secret in Secrets Manager, as the router's template takes them. Neither can be written
on condition: of two people who rotate at the same moment, one loses the key that they
made.
"""

from __future__ import annotations

import json
import re
import secrets
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from flags.errors import InvalidDocument, Problem, StoreUnavailable
from flags.seal import Keys
from flags.store.failures import translated
from flags.store.remedies import code_of, refused, said_by

KEY_BYTES = 32
_NUMBERED = re.compile(r"k([0-9]{1,15})")
# As the parameters TokenKeys and TokenKeysSecret of template.yaml; of a parameter the
# ARN will do, too, for those who only read.
_PARAMETER = re.compile(r"(arn:[^:]+:ssm:[^:]*:[^:]*:parameter)?(/[A-Za-z0-9_./-]+)")
_SECRET = re.compile(r"arn:[^:]+:secretsmanager:.+")
_LONGEST_NAME, _LONGEST_ARN = 64, 140


def keyring(where: str, client: Callable[[str], Any]) -> Keyring:
    """The keys in that place; `client` makes a boto3 client of a service.

    Raises `InvalidDocument` if no router could be deployed with that place.
    """
    if _SECRET.fullmatch(where) and len(where) <= _LONGEST_ARN:
        return _Secret(where, client("secretsmanager"))
    found = _PARAMETER.fullmatch(where)
    if found and len(found[2]) <= _LONGEST_NAME:
        return _Parameter(where, client("ssm"))
    message = (
        f"{where!r} is no place for keys; give the name of an SSM parameter that "
        f"begins with a slash ({_LONGEST_NAME} characters at most), or the ARN of a "
        f"secret ({_LONGEST_ARN})"
    )
    raise InvalidDocument([Problem(path="--token-keys", message=message)])


class Keyring(ABC):
    """The keys in one place. All of it raises `StoreUnavailable` or `InvalidKeys`."""

    # What AWS answers where there are none.
    missing: str

    def __init__(self, where: str, client: Any) -> None:
        self.where = where
        self._client = client

    def keys(self) -> Keys:
        """The keys."""
        found = self.find()
        if found is None:
            msg = f"there are no keys at {self.where}: `canary token rotate` makes some"
            raise StoreUnavailable(msg)
        return found

    def find(self) -> Keys | None:
        """The keys, or None if there are none yet."""
        with self._translated():
            try:
                text = self._read()
            except ClientError as error:
                if code_of(error) == self.missing:
                    return None
                raise
        return Keys.parse(text)

    def write(self, keys: Keys) -> None:
        """Put keys in the place of those that are there."""
        with self._translated():
            self._write(render(keys))

    @abstractmethod
    def _read(self) -> str:
        """The text there."""

    @abstractmethod
    def _write(self, text: str) -> None:
        """Replace it; after `_read`."""

    @contextmanager
    def _translated(self) -> Iterator[None]:
        with translated(self.where):
            try:
                yield
            except ClientError as error:
                raise StoreUnavailable(self._remedy(error)) from error

    def _remedy(self, error: ClientError) -> str:
        if code_of(error) == self.missing:
            return f"there is nothing at {self.where}: create it, then try again"
        if known := refused(error, f"the keys at {self.where}"):
            return known
        told = f"{code_of(error)}: {said_by(error)}"
        return f"the keys at {self.where} can't be had ({told})"


class _Parameter(Keyring):
    missing = "ParameterNotFound"
    # As it is there; of none there is nothing to say.
    _known: dict[str, Any] | None = None

    def _read(self) -> str:
        found = self._client.get_parameter(Name=self.where, WithDecryption=True)
        self._known = found["Parameter"]
        return str(found["Parameter"]["Value"])

    def _write(self, text: str) -> None:
        # An ARN names a parameter for those who read; to write takes its name.
        name = self._known["Name"] if self._known else self.where
        self._client.put_parameter(
            Name=name,
            Value=text,
            Type="SecureString",
            Overwrite=self._known is not None,
            **(self._encryption(name) if self._known else {}),
        )

    def _encryption(self, name: str) -> dict[str, str]:
        """The KMS key that it has: without, AWS would take its own from now on."""
        name_is = {"Key": "Name", "Option": "Equals", "Values": [name]}
        found = self._client.describe_parameters(ParameterFilters=[name_is])
        keys = [one["KeyId"] for one in found["Parameters"] if one.get("KeyId")]
        return {"KeyId": keys[0]} if keys else {}


class _Secret(Keyring):
    # Of a secret that isn't there, and of one that has no value yet.
    missing = "ResourceNotFoundException"

    def _read(self) -> str:
        found = self._client.get_secret_value(SecretId=self.where)
        # Bytes are no keys document; what is wrong is told as of any other text.
        return str(found.get("SecretString", ""))

    def _write(self, text: str) -> None:
        self._client.put_secret_value(SecretId=self.where, SecretString=text)


def rotated(keys: Keys | None, *, drop_previous: bool) -> Keys:
    """Keys with a new one as the current one, and the one before, unless dropped."""
    before = keys.secrets if keys else {}
    numbers = [int(found[1]) for kid in before if (found := _NUMBERED.fullmatch(kid))]
    kid = f"k{max(numbers, default=0) + 1}"
    made = {kid: secrets.token_bytes(KEY_BYTES)}
    if keys and not drop_previous:
        made = {keys.current: before[keys.current]} | made
    return Keys(current=kid, secrets=made)


def render(keys: Keys) -> str:
    """Keys as the document that `Keys.parse` reads."""
    encoded = {kid: b64encode(key).decode() for kid, key in keys.secrets.items()}
    return json.dumps({"current": keys.current, "keys": encoded})
