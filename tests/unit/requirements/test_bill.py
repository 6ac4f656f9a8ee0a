"""The bill of materials says what the locks say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from requirements.bill import LOCKS, PROPERTY, ROOT, bill

FOUND = bill()
COMPONENTS = {it["bom-ref"]: it for it in FOUND["components"]}


def pins(lock: Path) -> set[str]:
    """What a lock pins."""
    return set(re.findall(r"^(\S+==\S+)", lock.read_text("utf-8"), re.MULTILINE))


def zips(component: dict[str, Any]) -> list[str]:
    """What a component is in."""
    return [it["value"] for it in component["properties"] if it["name"] == PROPERTY]


@pytest.mark.parametrize(("zipped", "lock"), LOCKS.items())
def test_every_pin_is_a_component(zipped: str, lock: str) -> None:
    """By name and version, and with the digests that pip checks."""
    text = (ROOT / lock).read_text("utf-8")
    found = [it for it in COMPONENTS.values() if zipped in zips(it)]

    assert {f"{it['name']}=={it['version']}" for it in found} == pins(ROOT / lock)
    for component in found:
        (files,) = component["externalReferences"]
        assert files["hashes"]
        assert all(it["content"] in text for it in files["hashes"])


def test_digests_are_of_their_own_package() -> None:
    """No package has another's files."""
    digests = [
        it["content"]
        for component in COMPONENTS.values()
        for files in component.get("externalReferences", [])
        for it in files["hashes"]
    ]

    assert len(digests) == len(set(digests))


def test_what_the_wheel_asks_for() -> None:
    """Without versions, which are chosen where it is installed."""
    wheel = {it["name"] for it in COMPONENTS.values() if zips(it) == ["wheel"]}

    assert wheel == {"jmespath", "mmh3", "tzdata"}
    assert "boto3" in {it["name"] for it in COMPONENTS.values() if "version" not in it}


def test_the_form() -> None:
    """What CycloneDX 1.6 wants of every document."""
    ours = FOUND["metadata"]["component"]

    assert (FOUND["bomFormat"], FOUND["specVersion"]) == ("CycloneDX", "1.6")
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", FOUND["serialNumber"])
    assert len(COMPONENTS) == len(FOUND["components"])
    assert [{"ref": ours["bom-ref"], "dependsOn": list(COMPONENTS)}] == FOUND[
        "dependencies"
    ]
    assert {(it["type"], it["purl"][:9]) for it in COMPONENTS.values()} == {
        ("library", "pkg:pypi/")
    }


def test_it_is_the_same_each_time() -> None:
    """Two bills of the same sources don't differ."""
    assert FOUND == bill()
