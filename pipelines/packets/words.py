"""Words of packets and rows in one form: tokens, and the nouns that count the same thing."""

import re

_GROUPS = {
    "project": "project projects repository repositories repo repos service services",
    "example": "example examples sample samples case cases item items",
    "run": "run runs time times execution executions",
    "catch": "catch catches regression regressions change changes bug bugs defect defects",
    "mode": "mode modes",
    "slice": "slice slices",
    "person": "person people engineer engineers teammate teammates colleague colleagues author authors other others",
    "attempt": "attempt attempts try tries",
    "incident": "incident incidents outage outages",
    "guardrail": "guardrail guardrails",
    "launch": "launch launches release releases",
    "review": "review reviews",
    "document": "document documents doc docs",
    "pull_request": "pr prs pullrequest pullrequests",
    "migration": "migration migrations upgrade upgrades",
    "kill": "kill kills",
    "feature": "feature features",
    "prompt": "prompt prompts",
    "experiment": "experiment experiments",
    "suite": "suite suites",
    "unit": "query queries user users session sessions unit units request requests conversation conversations message messages",
}
NOUNS = {word: noun for noun, words in _GROUPS.items() for word in words.split()}


def tokens(text: str) -> list[str]:
    """Lower-case words and numbers; `long_context_routing` and `Hit@1` are parted."""
    return re.findall(r"[a-z]+|\d+", text.lower())


def nouns_of(text: str) -> list[str]:
    """What is counted by the words of a text, each once."""
    return list(dict.fromkeys(NOUNS[word] for word in tokens(text) if word in NOUNS))
