"""The bill of materials: what a deployment and the wheel are made of, as CycloneDX.

    python requirements/bill.py > build/sbom.json

It is read from the locks by which the layer and the controller are built, and from
pyproject.toml, and is the same each time. The digests are those of all files that a
lock allows of a package, one of which is in the zip. boto3 is Lambda's own, and what a
wheel depends on is chosen where it is installed; so those have no version here.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
# What is built by each lock.
LOCKS = {
    "layer": "flags/layer-requirements.txt",
    "controller": "rollouts/requirements.txt",
}
PROPERTY = "canary:in"
_pin = re.compile(r"^([\w.-]+)==([\w.!+-]+)(.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL)


def bill() -> dict[str, Any]:
    """The document."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    components = sorted(_components(project), key=lambda it: str(it["bom-ref"]))
    ours = _component(project["name"], project["version"], kind="application")
    ours["licenses"] = [{"license": {"id": "Apache-2.0"}}]
    refs = [it["bom-ref"] for it in components]
    found: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": ours},
        "components": components,
        "dependencies": [{"ref": ours["bom-ref"], "dependsOn": refs}],
    }
    name = json.dumps(found, sort_keys=True)
    return found | {"serialNumber": uuid.uuid5(uuid.NAMESPACE_OID, name).urn}


def _components(project: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    pinned: dict[str, dict[str, Any]] = {}
    for zipped, lock in LOCKS.items():
        for name, version, rest in _pin.findall((ROOT / lock).read_text("utf-8")):
            made = _component(name, version)
            one = pinned.setdefault(str(made["bom-ref"]), made)
            one.setdefault("properties", []).append({"name": PROPERTY, "value": zipped})
            one["externalReferences"] = [_files(one["purl"], rest)]
    yield from pinned.values()
    extras = project["optional-dependencies"]
    for extra, wanted in {"wheel": project["dependencies"], **extras}.items():
        for requirement in wanted:
            made = _component(re.split(r"[^\w.-]", requirement)[0])
            made["bom-ref"] = f"{extra}:{made['purl']}"
            made["scope"] = "required" if extra == "wheel" else "optional"
            said = {"wheel": "wheel"}.get(extra, f"wheel[{extra}]")
            made["properties"] = [{"name": PROPERTY, "value": said}]
            made["description"] = f"as installed: {requirement}"
            yield made


def _component(
    name: str, version: str | None = None, kind: str = "library"
) -> dict[str, Any]:
    purl = f"pkg:pypi/{name.lower()}" + (f"@{version}" if version else "")
    found = {"type": kind, "bom-ref": purl, "name": name, "purl": purl}
    return found | ({"version": version} if version else {})


def _files(purl: str, text: str) -> dict[str, Any]:
    digests = sorted(re.findall(r"sha256:([0-9a-f]{64})", text))
    return {
        "type": "distribution",
        "url": purl,
        "comment": "files that the lock allows, one of which is in the zip",
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in digests],
    }


if __name__ == "__main__":
    json.dump(bill(), sys.stdout, indent=2)
    sys.stdout.write("\n")
