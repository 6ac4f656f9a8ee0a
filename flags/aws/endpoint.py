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

# AWS's partitions by the beginning of their region names, with the domain of endpoints
# that have IPv6 too; the first match wins.
DOMAINS = (
    ("cn-", "amazonaws.com.cn", "api.amazonwebservices.com.cn"),
    ("eusc-", "amazonaws.eu", "api.amazonwebservices.eu"),
    ("us-iso-", "c2s.ic.gov", "api.aws.ic.gov"),
    ("us-isob-", "sc2s.sgov.gov", "api.aws.scloud"),
    ("us-isof-", "csp.hci.ic.gov", ""),
    ("eu-isoe-", "cloud.adc-e.uk", ""),
    ("", "amazonaws.com", "api.aws"),
)
# Services whose only endpoints there are FIPS ones, and are not called so.
_ALL_FIPS = {("us-gov-", "dynamodb"), ("us-gov-", "ssm")}
# One whose usual endpoint has both kinds of addresses in these domains.
_DUAL_ANYWAY = {
    ("secretsmanager", "amazonaws.com"),
    ("secretsmanager", "amazonaws.com.cn"),
}
FIPS, DUAL_STACK = "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"


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
    fips, dual = _asked(environ, FIPS), _asked(environ, DUAL_STACK)
    ignored = _asked(environ, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
    if not ignored:
        name = _NAMES.get(service, service.upper())
        own = environ.get(f"AWS_ENDPOINT_URL_{name}")
        if url := own or environ.get("AWS_ENDPOINT_URL"):
            _refuse_variant(service, url, fips=fips, dual=dual)
            return Endpoint.parse(url)
    host = _public(service, region, fips=fips, dual=dual)
    return Endpoint(scheme="https", host=host, port=443)


def _public(service: str, region: str, *, fips: bool, dual: bool) -> str:
    """The host of a service of AWS's."""
    domain, both = next(
        (domain, both) for start, domain, both in DOMAINS if region.startswith(start)
    )
    named = f"{service}-fips" if fips else service
    if fips and not dual and (region[:7], service) in _ALL_FIPS:
        named = service
    if dual and (service, domain) not in _DUAL_ANYWAY:
        if not both:
            msg = f"{DUAL_STACK} is true, and {region} has no such endpoints; unset it"
            raise Misconfigured(msg)
        domain = both
    return f"{named}.{region}.{domain}"


def _asked(environ: Mapping[str, str], name: str) -> bool:
    """Whether a switch of AWS's is on; refuses what AWS would take for off."""
    text = environ.get(name, "").strip().lower()
    if text not in {"", "true", "false"}:
        raise Misconfigured(f"{name} is {text!r}: write true or false")
    return text == "true"


def _refuse_variant(service: str, url: str, *, fips: bool, dual: bool) -> None:
    """Raise if an endpoint of one's own is to be of a kind that only AWS's are."""
    for name, asked in ((FIPS, fips), (DUAL_STACK, dual)):
        if asked:
            msg = (
                f"{name} is true, and {service} has an endpoint of its own, {url}; "
                "unset one of the two"
            )
            raise Misconfigured(msg)
