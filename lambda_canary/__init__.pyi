from flags import *  # noqa: F403 - the same names
from flags import carriers as carriers
from flags import propagation as propagation
