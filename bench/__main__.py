"""`python -m bench [name ...]`: run the benchmarks, all of them or those named, each in a process of its own."""

import subprocess
import sys

BENCHES = {
    "inbound": "a customer's text through our webhook, against a bare view that stores one row",
    "accept": "a text through the API, one by one and a hundred together, against a bare view",
    "security": "what protection adds to a text coming in, against the same pipeline without it",
    "deliver": "queued texts to the provider and back, against the provider's calls alone",
    "broadcast": "an announcement to 100,000, through the gate into the outbox, beside the inbox, against COPY",
    "status": "delivery reports, against single-row UPDATEs",
    "inbox": "pages of the inbox from 10,000 to 5,000,000 texts",
    "search": "words among sealed texts, against a full-text index over plain ones without row security",
    "contact_filter": "pages of contacts by what stands in their sealed fields, and everybody who fits",
    "thread": "a thread of sealed texts, against the same page with plain columns",
    "reports": "the figures of the daily work of a year, from counts and from rows",
    "consent_reports": "the report on permission over a million entries, against counting the same rows",
    "review_checks": "pages of the inbox while the review checks of all history are computed anew",
    "receipt": "the receipt of one number with a long history, as page, JSON and PDF",
    "retention_preview": "what ends in the next 90 nights, of a million texts",
    "purge": "a year of texts made unreadable and ended in one night, against one raw DELETE",
    "live": "fan-out of live updates to 500 browsers, against Django's own streaming view",
    "start": "`make up` to a page that can be signed in to, first and later, and its memory",
    "imports": "a list of 50,000 permissions from the file to the ledger, and the worker's memory",
    "scan": "texts a second through detectors and intents, and ten kilobytes of hostile text",
    "screen": "from the provider's webhook to the text on an agent's screen",
}


def main(names: list[str]) -> int:
    """Run them one after the other; the number of those that failed."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        known = "\n".join(f"  {name:10} {what}" for name, what in BENCHES.items())
        print(f"There is no benchmark {', '.join(unknown)}. There are:\n{known}", file=sys.stderr)
        return 2
    failed = 0
    for name in names or BENCHES:
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
