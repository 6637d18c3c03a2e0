"""What is counted while the system works, for `/metrics`. Labels are words of ours, never anybody's id, number or name.

Each process counts for itself. Several web processes behind one port share their counts through the folder that
`PROMETHEUS_MULTIPROC_DIR` names (the library reads it by itself), which must be empty when they start.
"""

from prometheus_client import Counter, Histogram

REQUESTS = Counter("parley_http_requests_total", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "parley_http_request_seconds",
    "Time to answer a request.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
WEBHOOKS = Counter("parley_webhooks_total", "Requests of providers.", ["provider", "kind", "outcome"])
VERDICTS = Counter("parley_gate_verdicts_total", "Decisions of the gate.", ["stage", "verdict"])
ANSWERS = Counter("parley_provider_answers_total", "Answers of providers to a hand-over.", ["provider", "outcome"])
TASKS = Counter("parley_tasks_total", "Tasks that ended.", ["task", "state"])
