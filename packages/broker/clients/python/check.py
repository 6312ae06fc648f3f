"""Runs what a client's users do, one deed after the other, and tells of each in a line of its own."""

import os
import sys
import time
import traceback

BOOTSTRAP = os.environ["BOOTSTRAP"]
USERNAME = os.environ.get("SASL_USERNAME", "")
PASSWORD = os.environ.get("SASL_PASSWORD", "")
REPLICAS = 3 if "," in BOOTSTRAP else 1

_RUN = format(time.time_ns(), "x")


def name(purpose):
    """Of a topic or group, which no other run has."""
    return f"{purpose}-{_RUN}"


def same(what, got, want):
    if got != want:
        raise AssertionError(f"{what}: {got} in place of {want}")


def run(*deeds):
    failed = False
    for title, deed in deeds:
        try:
            deed()
            print(f"ok {title}", flush=True)
        except Exception as error:  # Each failure is the deed's, whatever it is.
            failed = True
            traceback.print_exc()
            print(f"not ok {title}: {type(error).__name__} {error}".replace("\n", " "), flush=True)
    sys.exit(1 if failed else 0)
