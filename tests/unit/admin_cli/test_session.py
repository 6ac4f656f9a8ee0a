"""From the options to the table."""

from __future__ import annotations

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest

from admin_cli.location import LocationOptions
from admin_cli.session import Session
from tests.contracts.store_contract import make_table
from tests.unit.admin_cli.conftest import TABLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.admin_cli.conftest import Canary, Table

STACK = """<DescribeStacksResponse><DescribeStacksResult><Stacks><member>
<StackName>{name}</StackName><StackStatus>CREATE_COMPLETE</StackStatus>
<CreationTime>2026-01-01T00:00:00Z</CreationTime>
<Outputs><member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>
</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"""
ERROR = """<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>
<Message>{message}</Message></Error></ErrorResponse>"""
OTHER = STACK.replace(
    "</Outputs>",
    "<member><OutputKey>TokenKeys</OutputKey><OutputValue>/keys</OutputValue></member>"
    "</Outputs>",
)
STACKS = {
    "other": (200, OTHER.format(name="other", key="TableName", value="other-table")),
    "canary": (200, STACK.format(name="canary", key="TableName", value=TABLE)),
    "mine": (200, STACK.format(name="mine", key="TableName", value=TABLE)),
    "bare": (200, STACK.format(name="bare", key="TopicArn", value="arn")),
    "secret": (403, ERROR.format(code="AccessDenied", message="not for you")),
}


class CloudFormation(BaseHTTPRequestHandler):
    """Answers DescribeStacks."""

    def do_POST(self) -> None:
        """Look the stack up."""
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        name = form["StackName"][0]
        missing = f"Stack with id {name} does not exist"
        refused = (400, ERROR.format(code="ValidationError", message=missing))
        status, body = STACKS.get(name, refused)
        self.send_response(status)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Keep quiet."""


@pytest.fixture
def stacks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A CloudFormation on the loopback interface; no table is named otherwise."""
    monkeypatch.delenv("CANARY_TABLE")
    server = ThreadingHTTPServer(("127.0.0.1", 0), CloudFormation)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDFORMATION", url)
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("options", [(), ("--stack-name", "mine")])
@pytest.mark.usefixtures("table", "stacks")
def test_the_table_is_found_from_the_stack(
    canary: Canary, options: tuple[str, ...]
) -> None:
    """Without a table's name the stack's output says it."""
    result = canary(*options, "list")

    assert 0 == result.code, result.err
    assert ["search", "shop"] == [row["name"] for row in result.data]


@pytest.mark.usefixtures("table", "stacks")
def test_the_stack_can_come_from_the_environment(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CANARY_STACK names the stack, and an option beats it."""
    monkeypatch.setenv("CANARY_STACK", "gone")

    assert 5 == canary("list").code
    assert 0 == canary("--stack-name", "mine", "list").code


@pytest.mark.parametrize(
    ("stack", "error"),
    [
        (
            "gone",
            (
                "there is no stack gone in eu-west-1: deploy it with `sam deploy`, "
                "or name another with --stack-name, or a table with --table"
            ),
        ),
        (
            "bare",
            (
                "the stack bare has no output TableName: name the router's stack with "
                "--stack-name, or its table with --table"
            ),
        ),
        (
            "secret",
            (
                "access to the stack secret is denied: DescribeStacks: not for you; "
                "allow it, or use another role or --profile; or name its table with "
                "--table"
            ),
        ),
    ],
)
@pytest.mark.usefixtures("stacks")
def test_a_stack_without_a_table_is_one_line_with_the_remedy(
    canary: Canary, stack: str, error: str
) -> None:
    """A stack that is missing or of another kind means that the store is away."""
    result = canary("--stack-name", stack, "list")

    assert (5, "") == (result.code, result.out)
    assert f"canary: error: {error}\n" == result.err


def test_a_missing_table_says_what_to_do(canary: Canary) -> None:
    """A table that isn't there exits with 5."""
    result = canary("--table", "nowhere", "list")

    assert (5, "") == (result.code, result.out)
    assert (
        "canary: error: there is no table nowhere: "
        "deploy the stack, or check --region\n" == result.err
    )


@pytest.mark.parametrize("argv", [("list",), ("abort", "shop")])
def test_no_credentials_say_what_to_do(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    """Without credentials there is one line, whatever the command."""
    with monkeypatch.context() as patch:
        patch.delenv("AWS_ACCESS_KEY_ID")
        patch.delenv("AWS_SECRET_ACCESS_KEY")
        result = canary(*argv)

    assert (5, "") == (result.code, result.out)
    assert (
        "canary: error: no AWS credentials: "
        "run `aws configure sso`, or name a --profile\n" == result.err
    )


def test_no_region_says_what_to_do(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a region there is one line."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")

    result = canary("list")

    assert (5, "") == (result.code, result.out)
    assert (
        "canary: error: no AWS region: give --region, or set AWS_REGION\n" == result.err
    )


@pytest.mark.usefixtures("stacks")
def test_an_emulator_needs_no_region(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For an endpoint on this machine no region is asked for."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    # Nothing listens there; the stacks have an endpoint of their own.
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://localhost:9")

    result = canary("--stack-name", "gone", "list")

    assert 5 == result.code
    assert "there is no stack gone in us-east-1: " in result.err


def test_an_unknown_profile_is_one_line(canary: Canary) -> None:
    """A misspelt profile is named."""
    result = canary("--profile", "nobody", "list")

    assert (5, "") == (result.code, result.out)
    assert "there is no AWS profile nobody: `aws configure list-prof" in result.err


@pytest.mark.parametrize(
    ("variables", "options", "region"),
    [
        ({"AWS_DEFAULT_REGION": "eu-west-1"}, (), "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "a", "AWS_REGION": "eu-west-2"}, (), "eu-west-2"),
        ({"AWS_REGION": "a"}, ("--region", "eu-west-3"), "eu-west-3"),
    ],
)
@pytest.mark.usefixtures("stacks")
def test_the_region_resolves_as_in_the_aws_cli(
    canary: Canary,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    options: tuple[str, ...],
    region: str,
) -> None:
    """An option beats AWS_REGION, which beats AWS_DEFAULT_REGION."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    result = canary(*options, "--stack-name", "gone", "list")

    assert f"there is no stack gone in {region}: " in result.err


def test_the_author_is_the_aws_identity(canary: Canary, table: Table) -> None:
    """A change is signed with the last part of the caller's ARN."""
    canary("set-weight", "shop", "10")

    assert "moto" == table.store.history("shop", 1)[0].author


def test_the_author_falls_back_to_the_os_user(
    canary: Canary, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the identity can't be had, the change is still made and signed."""
    # Nothing listens there.
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    monkeypatch.setenv("LOGNAME", "ana")

    assert 0 == canary("set-weight", "shop", "10").code
    assert "ana" == table.store.history("shop", 1)[0].author


def test_nobody_at_all_signs_as_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container without a user database doesn't stop a change."""

    def nobody() -> str:
        raise KeyError

    monkeypatch.setattr("admin_cli.session.getuser", nobody)
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9")
    session = Session(options=LocationOptions(table=TABLE), environ={})

    assert "unknown" == session.author()


@pytest.mark.parametrize("url", ["foo", "http://[", "ftp://a", "http://"])
def test_an_endpoint_that_is_none_is_bad_input(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """It is named, with what one looks like."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)

    result = canary("list")

    assert (2, "") == (result.code, result.out)
    assert (
        f"canary: error: AWS_ENDPOINT_URL: {url!r} is not an address such as "
        "http://localhost:4566\n" == result.err
    )


def test_an_endpoint_of_one_service_is_checked_too(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 finds it, and says so in its words."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "foo")

    result = canary("list")

    assert (2, "") == (result.code, result.out)
    assert result.err.startswith("canary: error: AWS: Invalid endpoint: foo; look at")


def test_a_name_that_no_table_has_is_bad_input(canary: Canary) -> None:
    """DynamoDB wouldn't say which name it means."""
    result = canary("--table", "a/b c", "list")

    assert (2, "") == (result.code, result.out)
    assert "--table: 'a/b c' is not the name of a table: 3 to 255 letters" in result.err


@pytest.fixture
def other(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of the stack `other`, empty, beside the environment's own."""
    make_table(table.client, "other-table")
    monkeypatch.setenv("CANARY_TABLE", TABLE)


@pytest.mark.parametrize(
    "argv",
    [
        ("--stack-name", "other", "list"),
        ("list", "--stack-name", "other"),
        ("--stack-name", "other", "list", "--stack-name", "other"),
        ("--table", "other-table", "list"),
        ("list", "--table", "other-table"),
        ("segment", "--table", "other-table", "list"),
        ("segment", "list", "--table", "other-table"),
    ],
)
@pytest.mark.usefixtures("stacks", "other")
def test_the_command_line_beats_the_environment(
    canary: Canary, monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...]
) -> None:
    """Wherever it stands there, and in whatever words the environment says else."""
    monkeypatch.setenv("CANARY_TABLE", TABLE)
    monkeypatch.setenv("CANARY_STACK", "canary")

    result = canary(*argv)

    assert (0, []) == (result.code, result.data), result.err


@pytest.mark.usefixtures("stacks", "other")
def test_a_write_goes_where_the_command_line_says(
    canary: Canary, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment's table isn't touched."""
    monkeypatch.setenv("CANARY_TABLE", TABLE)

    result = canary("set-weight", "shop", "7", "--stack-name", "other")

    assert 3 == result.code
    assert "weight" not in table.body("shop")


@pytest.mark.usefixtures("stacks", "table")
def test_a_stack_that_is_named_is_looked_up(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is missed where it isn't there, also if the environment names a table."""
    monkeypatch.setenv("CANARY_TABLE", TABLE)

    result = canary("--stack-name", "gone", "list")

    assert 5 == result.code
    assert "there is no stack gone in eu-west-1" in result.err


@pytest.mark.parametrize(
    ("argv", "error"),
    [
        (
            ("--stack-name", "a", "--table", "abc", "list"),
            "--stack-name, --table: not both: a stack names its own table",
        ),
        (("--stack-name", "a", "list", "--table", "abc"), "--stack-name, --table: not"),
        (("--table", "abc", "list", "--table", "xyz"), "--table: 'abc' and 'xyz'"),
        (("--region", "a", "segment", "list", "--region", "b"), "--region: 'a' and"),
        (("--table", "", "list"), "--table: empty; name one"),
        (("list", "--stack-name", ""), "--stack-name: empty; name one"),
        (("list", "--profile", ""), "--profile: empty; name one"),
        (("schema", "--region", ""), "--region: empty; name one"),
        (
            (
                "--table",
                "arn:aws:dynamodb:eu-west-1:1:table/t",
                "list",
                "--region",
                "b",
            ),
            "--region: arn:aws:dynamodb:eu-west-1:1:table/t is in eu-west-1, not in b",
        ),
        (("--table", "abc", "--table", "xyz", "list"), "--table is given twice"),
        (("set-weight", "shop", "5", "--reason", "a", "--reason", "b"), "--reason is"),
        (("token", "rotate", "--token-keys", "/a", "--token-keys", "/b"), "--token-"),
        (("segment", "add", "s", "--from-file", "a", "--from-file", "b"), "--from-"),
        (("deploy", "f", "--warm-check", "--no-warm-check"), "--warm-check or --no-"),
    ],
)
@pytest.mark.usefixtures("table")
def test_options_that_contradict_each_other_are_refused(
    canary: Canary, argv: tuple[str, ...], error: str
) -> None:
    """Neither beats the other, and nothing that was said is lost."""
    result = canary(*argv)

    assert (2, "") == (result.code, result.out)
    assert f"canary: error: {error}" in result.err


@pytest.mark.usefixtures("table")
def test_options_that_take_several_are_given_several_times(canary: Canary) -> None:
    """Once is for those that take one."""
    argv = ("explain", "search", "-a", "age=40", "-a", "country=DE", "--id", "ana")

    assert {"age": 40, "country": "DE"} == canary(*argv).data["attributes"]


def test_an_arn_says_the_region() -> None:
    """Of a table or a stack; what the environment says gives way."""
    environ = {"AWS_REGION": "eu-west-1"}
    arn = "arn:aws:dynamodb:eu-west-3:1:table/flags"
    stack = "arn:aws:cloudformation:eu-west-2:1:stack/name/uuid"

    assert "eu-west-3" == LocationOptions(table=arn).resolve(environ).region
    assert "eu-west-2" == LocationOptions(stack=stack).resolve(environ).region
    assert "eu-west-1" == LocationOptions(stack="name").resolve(environ).region


@pytest.mark.parametrize(
    ("options", "option", "environ", "keys"),
    [
        ({}, None, {"CANARY_TOKEN_KEYS": "/k"}, "/k"),
        ({}, "/mine", {"CANARY_TOKEN_KEYS": "/k"}, "/mine"),
        ({"stack": "other"}, None, {"CANARY_TOKEN_KEYS": "/k"}, None),
        ({"stack": "other"}, "/mine", {"CANARY_TOKEN_KEYS": "/k"}, "/mine"),
        ({"stack": "s"}, None, {"CANARY_TOKEN_KEYS": "/k", "CANARY_STACK": "s"}, "/k"),
        ({"table": "abc"}, None, {"CANARY_TOKEN_KEYS": "/k"}, "/k"),
        (
            {"table": "arn:aws:dynamodb:eu-west-1:1:table/abc"},
            None,
            {"CANARY_TOKEN_KEYS": "/k", "CANARY_TABLE": "abc"},
            "/k",
        ),
        ({}, None, {"CANARY_TOKEN_KEYS": ""}, None),
    ],
)
def test_keys_belong_to_the_table_that_is_meant(
    options: dict[str, str], option: str | None, environ: dict[str, str], keys: str
) -> None:
    """Those that the environment names go with what else it names."""
    assert keys == LocationOptions(**options).keys(option, environ)


@pytest.mark.usefixtures("stacks", "other")
def test_keys_of_another_table_are_refused(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they seal would be worth nothing at this table's routers."""
    mint = ("token", "mint", "shop", "green", "--key", "ana")
    monkeypatch.setenv("CANARY_TABLE", TABLE)
    monkeypatch.setenv("CANARY_STACK", "other")

    stack = canary(*mint)
    monkeypatch.setenv("CANARY_TOKEN_KEYS", "/other/keys")
    monkeypatch.setenv("CANARY_TABLE", "other-table")
    keys = canary("--table", TABLE, *mint)

    assert (2, 2) == (stack.code, keys.code)
    assert "--token-keys: the stack other has the table other-table, not" in stack.err
    assert "CANARY_TOKEN_KEYS goes with CANARY_TABLE=other-table" in keys.err


CONFIG = """
[profile work]
region = eu-west-1
role_arn = arn:aws:iam::123456789012:role/operators
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/ana

[profile base]
aws_access_key_id = test
aws_secret_access_key = test
"""


def test_a_second_factor_that_nobody_can_type_is_one_line(tmp_path: Path) -> None:
    """Nor is a line of standard input taken for it: rules may come that way."""
    (tmp_path / "config").write_text(CONFIG)
    environ = {
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "CANARY_TABLE": TABLE,
    }
    argv = (sys.executable, "-m", "admin_cli", "--profile", "work", "list")

    ended = subprocess.run(
        argv,
        # A session of its own has no terminal, wherever the tests run.
        start_new_session=True,
        input="123456\n",
        capture_output=True,
        text=True,
        check=False,
        env=environ,
        cwd=Path(__file__).parents[3],
    )

    assert (5, "") == (ended.returncode, ended.stdout)
    assert ended.stderr.startswith(
        "canary: error: the profile asks for a second factor (Enter MFA code for "
    )
    assert 1 == ended.stderr.count("\n")
