"""The router: an event in, a decision each, an invocation a colour, an answer out."""
