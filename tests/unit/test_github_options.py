"""Options of the GitHub source: what is accepted, and that a mistake is named."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.github.options import GithubOptions

LEAST = {"tokens": ["t0ken-of-mine"], "repositories": {"include": ["acme/*"]}}


def test_the_least_configuration_has_the_documented_defaults():
    options = GithubOptions.model_validate(LEAST)
    assert options.base_url == "https://api.github.com"
    assert (options.concurrency, options.overlap, options.runs_overlap) == (8, timedelta(hours=2), timedelta(days=30))


def test_the_configuration_of_the_documentation_is_accepted():
    options = GithubOptions.model_validate(
        {
            "api_url": "https://ghe.example/api/v3/",
            "auth": {"app_id": 1234, "private_key": "-----BEGIN RSA PRIVATE KEY-----"},
            "repositories": {"include": ["acme/*"], "exclude": ["acme/archive-*"]},
            "since": "2025-01-01",
            "prompts": ["**/prompts/**"],
            "rubrics": ["**/judges/**"],
            "overlap": "30m",
            "runs_overlap": "30d",
        }
    )
    assert options.base_url == "https://ghe.example/api/v3"
    assert (options.overlap, options.runs_overlap) == (timedelta(minutes=30), timedelta(days=30))


def test_tokens_and_apps_may_share_the_load():
    apps = [{"app_id": number, "private_key": "k"} for number in (1, 2)]
    assert len(GithubOptions.model_validate({**LEAST, "auth": apps}).auth) == 2


def test_secrets_are_not_shown():
    shown = repr(GithubOptions.model_validate(LEAST)) + GithubOptions.model_validate(LEAST).model_dump_json()
    assert "t0ken-of-mine" not in shown


def test_a_complaint_does_not_print_the_tokens_beside_the_mistake():
    with pytest.raises(ValidationError) as caught:
        GithubOptions.model_validate({**LEAST, "auth": {"app_id": 0, "private_key": "k3y-of-mine"}})
    assert "t0ken-of-mine" not in str(caught.value)
    assert "k3y-of-mine" not in str(caught.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"token": "x"}, "Extra inputs are not permitted"),
        ({"tokens": []}, "give tokens"),
        ({"auth": {"app_id": 0, "private_key": "k"}}, "greater than 0"),
        ({"tokens": [""]}, "at least 1"),
        ({"repositories": {"include": []}}, "at least 1"),
        ({"repositories": {"include": ["acme"]}}, "'acme' is no repository pattern"),
        ({"repositories": {"include": ["*/search"]}}, "literal owner"),
        ({"repositories": {"include": ["acme/search/sub"]}}, "no repository pattern"),
        ({"repositories": {"include": ["acme/*"], "exclude": ["archive-*"]}}, "'archive-\\*' is no repository pattern"),
        ({"api_url": "ghe.example"}, "valid URL"),
        ({"concurrency": 0}, "greater than or equal to 1"),
        ({"overlap": "-1h"}, "overlap"),
        ({"since": "yesterday"}, "since"),
    ],
)
def test_a_mistake_is_named(change: dict[str, Any], told: str):
    with pytest.raises(ValidationError, match=told):
        GithubOptions.model_validate({**LEAST, **change})


def test_issues_can_be_incidents_by_label():
    told = {"labels": ["incident"], "repositories": ["acme/*"], "severity": {"sev-1*": "SEV1"}}
    incidents = GithubOptions.model_validate({**LEAST, "incidents": told}).incidents
    assert incidents
    assert incidents.severity == {"sev-1*": "SEV1"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "labels"),
        ({"labels": []}, "at least 1 item"),
        ({"labels": [""]}, "at least 1 character"),
        ({"labels": ["incident"], "repositories": ["search"]}, "'search' is no repository pattern"),
        ({"labels": ["incident"], "severity": {"sev-1": ""}}, "at least 1 character"),
    ],
)
def test_incidents_that_cannot_be_told_are_refused(told: dict[str, Any], said: str):
    with pytest.raises(ValidationError, match=said):
        GithubOptions.model_validate({**LEAST, "incidents": told})
