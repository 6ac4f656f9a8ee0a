"""Our client."""

import os
import sys
from typing import Any

from benchmarks.cold import ATTRIBUTES, USER
from flags import Flags

flags = Flags.from_env()
# None is no boolean: a failure is not to pass for an answer.
nothing: Any = None
print(flags.boolean(sys.argv[1], default=nothing, key=USER, **ATTRIBUTES), flush=True)
os._exit(0)  # how long it takes to end is not asked
