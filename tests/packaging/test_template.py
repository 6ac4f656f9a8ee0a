"""Promises of template.yaml that no tool checks for us."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from admin_cli.keyring import keyring
from examples.demo.emulator import ROOT
from flags.errors import InvalidDocument

pytestmark = pytest.mark.packaging

LOCKS = [
    *ROOT.glob("requirements/*.txt"),
    ROOT / "flags" / "layer-requirements.txt",
    ROOT / "rollouts" / "requirements.txt",
]


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms, `!Ref X` as {"Ref": "X"}."""


def short_form(loader: Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    """Any tag with a single !, whatever it holds."""
    if isinstance(node, yaml.ScalarNode):
        return {name: node.value}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.MappingNode)
    return {name: loader.construct_mapping(node, deep=True)}


Loader.add_multi_constructor("!", short_form)


@pytest.fixture(scope="session")
def template() -> dict[str, Any]:
    """The template as plain data."""
    text = (ROOT / "template.yaml").read_text()
    loaded: dict[str, Any] = yaml.load(text, Loader)  # noqa: S506 - a SafeLoader
    return loaded


def statements(
    template: dict[str, Any], role: str = "RouterRole"
) -> Iterator[dict[str, Any]]:
    """Every statement of the policies that a role has."""
    resources = template["Resources"]
    for policy in resources[role]["Properties"]["Policies"]:
        yield from policy["PolicyDocument"]["Statement"]
    for resource in resources.values():
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            properties = resource["Properties"]
            if properties["Roles"] == [{"Ref": role}]:
                yield from properties["PolicyDocument"]["Statement"]


def statement(template: dict[str, Any], role: str, sid: str) -> dict[str, Any]:
    """One of them."""
    (found,) = [it for it in statements(template, role) if it["Sid"] == sid]
    return found


def test_lint_has_nothing_to_say() -> None:
    """cfn-lint knows the schema of every resource."""
    done = subprocess.run(
        [ROOT / ".venv-sam" / "bin" / "cfn-lint", ROOT / "template.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


SNIPPETS = [
    block
    for page in ("event-sources", "security")
    for block in re.findall(
        r"```yaml\n(Parameters:.*?)```",
        (ROOT / "docs" / f"{page}.md").read_text(),
        re.DOTALL,
    )
]


def test_snippets_that_connect_a_source_are_templates(
    template: dict[str, Any], tmp_path: Path
) -> None:
    """cfn-lint takes those of the documents, and our outputs feed them."""
    files = []
    for number, snippet in enumerate(SNIPPETS):
        files.append(tmp_path / f"{number}.yaml")
        files[-1].write_text(snippet)
    done = subprocess.run(
        [ROOT / ".venv-sam" / "bin" / "cfn-lint", *files],
        capture_output=True,
        text=True,
        check=False,
    )
    wanted = {name for it in SNIPPETS for name in yaml.load(it, Loader)["Parameters"]}  # noqa: S506 - a SafeLoader

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(SNIPPETS) == 3
    assert wanted - template["Outputs"].keys() == {"BucketName", "KeyArn"}


def test_messages_hide_six_times_as_long_as_the_router_may_run(
    template: dict[str, Any],
) -> None:
    """Every timeout that may be chosen has its visibility timeout."""
    timeouts = template["Parameters"]["RouterTimeout"]["AllowedValues"]
    visibility = template["Mappings"]["VisibilityOf"]

    assert {int(name): row["Seconds"] for name, row in visibility.items()} == {
        timeout: 6 * timeout for timeout in timeouts
    }


def test_router_may_nothing_everywhere_but_trace(template: dict[str, Any]) -> None:
    """X-Ray alone has no resources to name; no action has a wildcard."""
    everywhere = [it["Sid"] for it in statements(template) if it["Resource"] == "*"]
    actions = [str(it["Action"]) for it in statements(template)]

    assert everywhere == ["SendTraces"]
    assert not [action for action in actions if "*" in action]


def test_controller_may_nothing_everywhere_but_look_at_alarms(
    template: dict[str, Any],
) -> None:
    """Composite alarms are shown to nobody else; no action has a wildcard."""
    found = list(statements(template, "ControllerRole"))

    assert [it["Sid"] for it in found if it["Resource"] == "*"] == ["LookAtAlarms"]
    assert not [it for it in found if "*" in str(it["Action"])]


def test_stable_colours_are_the_controllers_to_keep(template: dict[str, Any]) -> None:
    """Routers read one parameter, and the controller alone may write it."""
    read = statement(template, "RouterRole", "ReadStableColours")
    keep = statement(template, "ControllerRole", "KeepStableColours")

    assert read["Action"] == "ssm:GetParameter"
    assert keep["Action"] == ["ssm:GetParameter", "ssm:PutParameter"]
    assert read["Resource"] == keep["Resource"]
    assert str(read["Resource"]).endswith("parameter${StableParameter}'}")


def test_a_sentinel_may_mark_and_nothing_else(template: dict[str, Any]) -> None:
    """Of the rules a router may change one attribute, and see no other by it."""
    mark = statement(template, "RouterRole", "MarkAborted")
    writing = [
        (it["Sid"], it["Condition"]["ForAllValues:StringLike"])
        for it in statements(template)
        if re.search("dynamodb:(Update|Put|Delete|BatchWrite)", str(it["Action"]))
        and it is not mark
    ]

    assert mark["Action"] == "dynamodb:UpdateItem"
    assert mark["Condition"] == {
        "ForAllValues:StringEquals": {
            "dynamodb:LeadingKeys": ["snapshot"],
            "dynamodb:Attributes": ["pk", "sk", "aborted"],
        },
        "StringEqualsIfExists": {"dynamodb:ReturnValues": "NONE"},
    }
    assert writing == [("ShareEvidence", {"dynamodb:LeadingKeys": ["evidence#*"]})]


def test_the_controller_writes_releases_only(template: dict[str, Any]) -> None:
    """Segments, groups and routes are read, and never written."""
    written = statement(template, "ControllerRole", "WriteReleases")
    keys = written["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]

    assert not {"segments", "groups", "routing", "*"} & {*keys}


def test_a_tick_outlasts_the_longest_check(template: dict[str, Any]) -> None:
    """A check may take five minutes, and what follows takes time too."""
    longest = 300
    controller = template["Resources"]["ControllerFunction"]["Properties"]

    assert controller["Timeout"] >= longest + 60


def test_what_a_condition_decides_publishes_a_version_too(
    template: dict[str, Any],
) -> None:
    """A parameter that the environment hangs on by a condition is described as well."""
    router = template["Resources"]["RouterFunction"]["Properties"]
    conditions = re.findall(r"'If': \['(\w+)'", str(router["Environment"]))
    tested = {
        name
        for condition in conditions
        for name in re.findall(
            r"'Ref': '(\w+)'", str(template["Conditions"][condition])
        )
    }

    assert "DetailKey" in tested
    assert tested <= {
        *re.findall(r"\$\{(\w+)\}", router["VersionDescription"]["Sub"][0])
    }


def test_every_setting_of_the_router_publishes_a_version(
    template: dict[str, Any],
) -> None:
    """A parameter that the version's description leaves out would never go live."""
    router = template["Resources"]["RouterFunction"]["Properties"]
    described, extra = router["VersionDescription"]["Sub"]
    used = {
        *re.findall(r"'Ref': '(\w+)'", str(router["Environment"])),
        *(router[name]["Ref"] for name in ("MemorySize", "Timeout")),
        router["Architectures"][0]["Ref"],
    } & template["Parameters"].keys()

    assert "InvokeTargets" in str(extra)
    assert used - {"TargetAliases"} <= {*re.findall(r"\$\{(\w+)\}", described)}


def test_the_description_of_a_version_always_fits(template: dict[str, Any]) -> None:
    """Lambda takes 256 characters; of the places of keys a rule allows one."""
    parameters = template["Parameters"]
    router = template["Resources"]["RouterFunction"]["Properties"]
    described, extra = router["VersionDescription"]["Sub"]
    named = set(re.findall(r"\$\{(\w+)\}", described))
    rule = template["Rules"]["KeysInOnePlace"]["Assertions"]

    longest = {name: most(parameters[name]) for name in named - {*extra}}
    either = min(longest["TokenKeys"], longest["TokenKeysSecret"])
    version_of_a_policy = len("v99999")
    spaces = len(named) - 1

    assert "'Or'" in str(rule)
    assert sum(longest.values()) - either + version_of_a_policy + spaces <= 256


def most(parameter: dict[str, Any]) -> int:
    """How many characters a parameter may have."""
    if "MaxLength" in parameter:
        return int(parameter["MaxLength"])
    allowed = parameter.get("AllowedValues") or [parameter["MaxValue"]]
    return max(len(str(value)) for value in allowed)


@pytest.mark.parametrize(
    "where",
    [
        "/canary/token-keys",
        "/" + 63 * "k",
        "/" + 64 * "k",
        "canary/keys",
        "/canary keys",
        "/",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:keys-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:" + 87 * "k",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:" + 88 * "k",
        "arn:aws:s3:::keys",
    ],
)
def test_the_command_takes_the_places_of_keys_that_the_template_takes(
    template: dict[str, Any], where: str
) -> None:
    """`canary token rotate` makes no keys that no router can be deployed with."""
    taken = any(
        re.fullmatch(rule["AllowedPattern"], where) and len(where) <= rule["MaxLength"]
        for rule in (
            template["Parameters"][name] for name in ("TokenKeys", "TokenKeysSecret")
        )
    )
    try:
        keyring(where, lambda _service: None)
    except InvalidDocument:
        assert not taken
    else:
        assert taken


@pytest.mark.parametrize("section", ["Parameters", "Outputs"])
def test_everything_that_people_see_is_described(
    template: dict[str, Any], section: str
) -> None:
    """Parameters and outputs say what they are."""
    assert not [
        name for name, it in template[section].items() if not it.get("Description")
    ]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_locks_pin_everything_and_name_no_registry(lock: Any) -> None:
    """Versions and digests come from the lock, the registry from the user's pip."""
    text = lock.read_text()
    pins = re.findall(r"^\w[^\n]*", text, re.MULTILINE)

    assert pins
    assert not [pin for pin in pins if "==" not in pin]
    assert text.count("    --hash=sha256:") >= len(pins)
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", text)
