"""The lean AWS client: some calls to DynamoDB and Lambda, standard library only.

The request path of a router can't afford boto3: a third of a second at a cold
start, a millisecond of CPU at each call. What is here does a few calls, and no more.

| module | what |
|---|---|
| `getitem`, `invoke` | the two calls of every router |
| `batchgetitem`, `updateitem` | those of who reports, and of who watches a rollout |
| `client` | signs a call and hands it to the transport |
| `sigv4` | the signature, a pure function |
| `credentials` | who we are: the environment or the container endpoint |
| `response` | reads an answer of HTTP/1.1 |
| `transport` | kept connections; a call in two phases, write and read |
| `endpoint` | where a call goes |
| `errors` | everything that the above raise |

This file imports nothing, so that a caller pays only for what it uses.
"""
