"""What `benchmarks.router` is made of: real runtime processes, and who they talk to.

| module | what |
|---|---|
| `events`, `rules` | what is routed, and by what |
| `wire` | HTTP/1.1 over a socket, as lean as can be: it must not be what is measured |
| `aws` | stands in for DynamoDB and Lambda, over TLS, in a process of its own |
| `runtime` | a function in a real runtime process, and its Runtime API |
| `agreement` | both routers must do the same before anything is timed |
| `cold`, `cpu`, `latency`, `memory` | the figures |
| `floor` | a function that does nothing: the runtime's own share |
"""
