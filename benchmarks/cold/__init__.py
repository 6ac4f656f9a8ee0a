"""Programs that print one flag's answer: what `benchmarks.cold_flags` starts."""

# Nothing is imported here: it would count.
USER = "user-1"
ATTRIBUTES = {
    "country": "US",
    "plan": "free",
    "version": "4.1.2",
    "email": "user-1@example.com",
}
