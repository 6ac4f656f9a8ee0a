"""Makes judge.json: what scipy says of the cases that the judge is tested with.

    python -m pip install scipy && python tests/golden/judge_oracle.py

scipy is far too large to be needed here for anything else. The file was made with
scipy 1.17.1.
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

SIZES = ((2, 18, 1), (5, 45, 3), (12, 108, 10), (30, 970, 12), (120, 1080, 40))
ODDS = (0.3, 1.25, 1.5, 2.0, 3.0, 5.0, 8.0, 15.0, 40.0)


def cases() -> list[dict[str, Any]]:
    """Ratios of the two distributions, for every x that is not next to impossible."""
    stats = importlib.import_module("scipy.stats")
    found = []
    for n, m, k in SIZES:
        for odds in ODDS:
            equal = stats.hypergeom(n + m, n, k)
            biased = stats.nchypergeom_fisher(n + m, n, k, odds)
            # Below that, scipy's own error shows.
            likely = [x for x in range(min(n, k) + 1) if equal.pmf(x) > 1e-9]
            ratios = {str(x): float(biased.pmf(x) / equal.pmf(x)) for x in likely}
            found.append({"n": n, "m": m, "k": k, "odds": odds, "ratios": ratios})
    return found


if __name__ == "__main__":
    file = Path(__file__).with_name("judge.json")
    file.write_text(json.dumps(cases(), indent=1) + "\n", "utf-8")
