"""LaunchDarkly's client in daemon mode over its DynamoDB store."""

import os
import sys

from ldclient import Context, LDClient
from ldclient.config import Config
from ldclient.integrations import DynamoDB

from benchmarks.cold import ATTRIBUTES, USER

store = DynamoDB.new_feature_store("launchdarkly")
client = LDClient(Config("none", feature_store=store, use_ldd=True, send_events=False))
context = Context.from_dict({"kind": "user", "key": USER, **ATTRIBUTES})
print(client.variation(sys.argv[1], context, default=None), flush=True)
os._exit(0)  # how long it takes to end is not asked
