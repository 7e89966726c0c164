"""Writing an envelope in CI: which repository, commit, pull request and run an evaluation belongs to, as the CI system itself says.

Standard library only, and runnable as a file: a CI job needs nothing of Fulcrum installed (`python3 ci.py --help`).
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

Json = dict[str, Any]
NAME = "evidence.json"
SCHEMA = 1
SHA = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
QUEUED = re.compile(r"gh-readonly-queue/.+/pr-(\d+)-[0-9a-f]+$")
"""Branch of a merge queue's group: its last pull request's number."""


class NoEnvelope(Exception):
    """The envelope cannot be written; the message says what is missing and what to do."""


def surroundings(environment: Mapping[str, str], git: Callable[[Sequence[str]], str]) -> Json:
    """What the CI system says of the run, else what the checkout says; what nobody tells is left out.

    Args:
        environment: environment variables.
        git: output of a git command in the checkout; empty where it fails.
    """
    for variable, read in SYSTEMS.items():
        if environment.get(variable):
            return {key: value for key, value in read(environment).items() if value not in (None, "")}
    checkout = {"head_sha": git(["rev-parse", "HEAD"]), "repository": repository_of(git(["remote", "get-url", "origin"]))}
    return {key: value for key, value in checkout.items() if value} | ({"dirty": True} if git(["status", "--porcelain"]) else {})


def github(environment: Mapping[str, str]) -> Json:
    """GitHub Actions. `GITHUB_SHA` of a pull request is a merge commit that no history keeps: the event names the head."""
    event = _event(environment.get("GITHUB_EVENT_PATH", ""))
    pull, upstream = event.get("pull_request") or {}, event.get("workflow_run") or {}
    queued = QUEUED.search(environment.get("GITHUB_REF", ""))
    return {
        "ci": "github",
        "repository": environment.get("GITHUB_REPOSITORY"),
        "repo_id": _integer(environment.get("GITHUB_REPOSITORY_ID")),
        "head_sha": pull.get("head", {}).get("sha") or upstream.get("head_sha") or environment.get("GITHUB_SHA"),
        "pr": pull.get("number") or _only_number(upstream.get("pull_requests")) or (int(queued[1]) if queued else None),
        "run_id": _integer(environment.get("GITHUB_RUN_ID")),
        "run_attempt": _integer(environment.get("GITHUB_RUN_ATTEMPT")),
        "actor_id": _integer(environment.get("GITHUB_ACTOR_ID")),
        "actor": environment.get("GITHUB_TRIGGERING_ACTOR") or environment.get("GITHUB_ACTOR"),
        "event": environment.get("GITHUB_EVENT_NAME"),
    }


def gitlab(environment: Mapping[str, str]) -> Json:
    """GitLab CI. Its ids are no ids of GitHub, so only names and the page of the job are told."""
    return {
        "ci": "gitlab",
        "repository": environment.get("CI_PROJECT_PATH"),
        # Set for merged-result pipelines, whose own commit is a passing merge.
        "head_sha": environment.get("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA") or environment.get("CI_COMMIT_SHA"),
        "pr": _integer(environment.get("CI_MERGE_REQUEST_IID")),
        "actor": environment.get("GITLAB_USER_LOGIN"),
        "url": environment.get("CI_JOB_URL"),
    }


def azure(environment: Mapping[str, str]) -> Json:
    """Azure Pipelines; `BUILD_SOURCEVERSION` of a pull request is a merge commit."""
    return {
        "ci": "azure",
        "repository": environment.get("BUILD_REPOSITORY_NAME"),
        "head_sha": environment.get("SYSTEM_PULLREQUEST_SOURCECOMMITID") or environment.get("BUILD_SOURCEVERSION"),
        "pr": _integer(environment.get("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER") or environment.get("SYSTEM_PULLREQUEST_PULLREQUESTID")),
        "actor": environment.get("BUILD_REQUESTEDFOR"),
    }


def circleci(environment: Mapping[str, str]) -> Json:
    """CircleCI; the pull request is the last part of its address."""
    owner, name = environment.get("CIRCLE_PROJECT_USERNAME"), environment.get("CIRCLE_PROJECT_REPONAME")
    return {
        "ci": "circleci",
        "repository": f"{owner}/{name}" if owner and name else None,
        "head_sha": environment.get("CIRCLE_SHA1"),
        "pr": _integer(environment.get("CIRCLE_PULL_REQUEST", "").rpartition("/")[2]),
        "actor": environment.get("CIRCLE_USERNAME"),
        "url": environment.get("CIRCLE_BUILD_URL"),
    }


def buildkite(environment: Mapping[str, str]) -> Json:
    """Buildkite; the pull request is `false` where there is none."""
    return {
        "ci": "buildkite",
        "repository": repository_of(environment.get("BUILDKITE_REPO", "")),
        "head_sha": environment.get("BUILDKITE_COMMIT"),
        "pr": _integer(environment.get("BUILDKITE_PULL_REQUEST")),
        "actor": environment.get("BUILDKITE_BUILD_CREATOR"),
        "url": environment.get("BUILDKITE_BUILD_URL"),
    }


def jenkins(environment: Mapping[str, str]) -> Json:
    """Jenkins with its git and branch-source plugins."""
    return {
        "ci": "jenkins",
        "repository": repository_of(environment.get("GIT_URL", "")),
        "head_sha": environment.get("GIT_COMMIT"),
        "pr": _integer(environment.get("CHANGE_ID")),
        "url": environment.get("BUILD_URL"),
    }


SYSTEMS: dict[str, Callable[[Mapping[str, str]], Json]] = {
    "GITHUB_ACTIONS": github,
    "GITLAB_CI": gitlab,
    "TF_BUILD": azure,
    "CIRCLECI": circleci,
    "BUILDKITE": buildkite,
    "JENKINS_URL": jenkins,
}
"""Variables by which a CI system is known, and who reads it."""


def envelope(given: Mapping[str, Any], told: Mapping[str, Any]) -> Json:
    """The envelope: what the caller gives goes before what the surroundings tell.

    Raises:
        NoEnvelope: where no commit, or none that can be one, is known.
    """
    made = {"schema": SCHEMA, **told, **{key: value for key, value in given.items() if value is not None}}
    sha = made.get("head_sha")
    if sha is None:
        raise NoEnvelope("no commit is known: run it in a CI job or in a git checkout, or give --head-sha")
    if not SHA.fullmatch(str(sha)):
        raise NoEnvelope(f"head_sha is {sha!r}; expected the whole commit id, 40 or 64 lower-case hexadecimal digits")
    return made


def write(place: Path, made: Json) -> Path:
    """Write it, into a folder under its usual name; a half-written one is never there."""
    target = place / NAME if place.is_dir() else place
    target.parent.mkdir(parents=True, exist_ok=True)
    passing = target.with_name(f".{target.name}.{os.getpid()}")
    passing.write_text(json.dumps(made, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    passing.replace(target)
    return target


def said(target: Path, made: Json) -> str:
    """What was written, in a line."""
    return f"wrote {target}: {made.get('repository', 'no repository')} at {made['head_sha'][:12]}"


def repository_of(remote: str) -> str:
    """`owner/name` of a remote's address; empty where it has none."""
    path = re.sub(r"^[a-z+]+://[^/]+/|^[^/:]+@[^/:]+:", "", remote.strip())
    return path.removesuffix("/").removesuffix(".git") if path != remote.strip() else ""


def git(arguments: Sequence[str]) -> str:
    """Output of git in the working directory; empty where there is no git, no checkout or no answer."""
    try:
        done = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _event(path: str) -> Json:
    try:
        event = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def _integer(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() else None


def _only_number(pulls: Any) -> int | None:
    """The pull request of a run that has exactly one; several are not guessed between."""
    return pulls[0].get("number") if isinstance(pulls, list) and len(pulls) == 1 else None


TEXTS = {
    "project": "the project that the evaluation is about, where it is not the repository's",
    "harness": "name of the harness",
    "harness-version": "its version",
    "dataset-version": "version of the dataset",
    "head-sha": "the commit that was evaluated, whole; by default as the CI system or the checkout says",
    "repository": "owner/name; by default as the CI system or the checkout says",
    "threshold": "what the leading metric must reach",
    "pr": "number of the pull request; by default as the CI system says",
}
"""What each option says."""
TYPES: dict[str, type] = {"threshold": float, "pr": int}


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] | None = None) -> int:
    """The command line; exit code 2 where no envelope can be written."""
    parser = argparse.ArgumentParser(prog="fulcrum envelope", description="Write evidence.json beside the results of an evaluation.")
    parser.add_argument(
        "out", nargs="?", type=Path, default=Path(NAME), help="the file, or the folder of the results (default: evidence.json)"
    )
    for name, about in TEXTS.items():
        parser.add_argument(f"--{name}", help=about, type=TYPES.get(name, str))
    given = vars(parser.parse_args(arguments))
    out: Path = given.pop("out")
    # An action passes inputs that nobody filled in as empty text.
    given = {key: value for key, value in given.items() if value != ""}
    try:
        made = envelope(given, surroundings(os.environ if environment is None else environment, git))
    except NoEnvelope as problem:
        sys.stderr.write(f"error: {problem}\n")
        return 2
    sys.stdout.write(f"{said(write(out, made), made)}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
