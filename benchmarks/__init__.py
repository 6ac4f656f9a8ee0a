"""The figures that documents quote: `make bench NAME=x` writes build/bench/x.json."""
