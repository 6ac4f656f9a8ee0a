"""Where calls go: `scheme://host:port` and what stands before every path."""

from __future__ import annotations

from flags.aws.errors import Misconfigured
from flags.hints import TYPE_CHECKING
from flags.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

DEFAULT_PORTS = {"http": 80, "https": 443}
LAST_PORT = 65_535
_DOTS = str.maketrans("", "", ".-")

# AWS's partitions by the beginning of their region names; the first match wins.
DOMAINS = (
    ("cn-", "amazonaws.com.cn"),
    ("eusc-", "amazonaws.eu"),
    ("us-iso-", "c2s.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov"),
    ("us-isof-", "csp.hci.ic.gov"),
    ("eu-isoe-", "cloud.adc-e.uk"),
    ("", "amazonaws.com"),
)


class Endpoint(Record):
    """One server; equal endpoints share connections."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """Read a URL such as `http://127.0.0.1:4566`."""
        return cls._plain(url) or cls._split(url)

    @classmethod
    def _plain(cls, url: str) -> Endpoint | None:
        """What `scheme://name[:port]` says; None for all that says more."""
        scheme, _, rest = url.partition("://")
        host, _, port = rest.partition(":")
        named = scheme in DEFAULT_PORTS and _is_word(host.translate(_DOTS))
        if not named or (port and not _is_port(port)):
            return None
        number = int(port or 0) or DEFAULT_PORTS[scheme]
        return cls(scheme=scheme, host=host.lower(), port=number)

    @classmethod
    def _split(cls, url: str) -> Endpoint:
        """The same of all others."""
        from urllib.parse import urlsplit  # noqa: PLC0415 - cost; most are plain

        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            msg = f"endpoint {url!r} is no URL ({error}); write https://host[:port]"
            raise Misconfigured(msg) from error
        if parts.scheme not in DEFAULT_PORTS or not host or parts.username:
            msg = f"endpoint {url!r} can't be called; write https://host[:port]"
            raise Misconfigured(msg)
        return cls(
            scheme=parts.scheme,
            host=host,
            port=port or DEFAULT_PORTS[parts.scheme],
            prefix=parts.path.rstrip("/"),
        )

    @property
    def authority(self) -> str:
        """The `host` header: the port only where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = self.port == DEFAULT_PORTS[self.scheme]
        return host if usual else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.prefix}"


def _is_word(text: str) -> bool:
    return text.isascii() and text.isalnum()


def _is_port(text: str) -> bool:
    return _is_word(text) and text.isdecimal() and int(text) <= LAST_PORT


# How AWS's own variables spell a service, where that is not its name in capitals.
_NAMES = {"secretsmanager": "SECRETS_MANAGER"}


def resolve(service: str, region: str, environ: Mapping[str, str]) -> Endpoint:
    """The endpoint that the environment names, or else the public one."""
    ignored = environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true"
    if not ignored:
        name = _NAMES.get(service, service.upper())
        own = environ.get(f"AWS_ENDPOINT_URL_{name}")
        if url := own or environ.get("AWS_ENDPOINT_URL"):
            return Endpoint.parse(url)
    domain = next(name for start, name in DOMAINS if region.startswith(start))
    return Endpoint(scheme="https", host=f"{service}.{region}.{domain}", port=443)
