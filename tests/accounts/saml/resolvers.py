"""Answers of DNS, for tests."""

from accounts.saml.txt_records import LookUpFailed


def nothing_there(name: str, hoped_for: str) -> list[str]:
    return []


def no_answer(name: str, hoped_for: str) -> list[str]:
    raise LookUpFailed


def another_record(name: str, hoped_for: str) -> list[str]:
    return ["v=spf1 -all", hoped_for + "0", hoped_for[:-1]]


def the_record(name: str, hoped_for: str) -> list[str]:
    assert name == "_parley.harbor-dental.com"
    return ["v=spf1 -all", hoped_for]


def hoped_for(name: str, hoped_for: str) -> list[str]:
    return ["v=spf1 -all", hoped_for]
