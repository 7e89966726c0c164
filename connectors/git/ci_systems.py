"""GitLab CI, CircleCI, Buildkite and Azure Pipelines: what their files refer to and which scripts their jobs run."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from connectors.git import yaml_nodes as nodes
from connectors.git.ci import Found, Place, Reference, Walk, image, is_off, is_on
from connectors.git.remotes import repository_name

GITLAB_KEYWORDS = {"include", "stages", "variables", "workflow", "default", "image", "services", "cache", "spec", "pages:publish"}
_RAW_FILE = re.compile(r"/(?:-/)?(?:raw|blob)/(?P<ref>[^/]+)/(?P<file>.+)$")


def _images(place: Place, node: Any) -> Iterator[Reference]:
    """An image given as a text, or as a mapping with a name."""
    for member in nodes.members(node):
        found = image(nodes.scalar(member) or nodes.first_text(nodes.items(member), "name", "image") or "")
        if found:
            yield place.reference("image", *found, member)


# GitLab


class _GitlabWalk(Walk):
    def named(self, place: Place) -> Place:
        """Jobs are the keys at the top; one that may fail cannot block, nor one that never runs."""
        if place.depth != 1 or place.key in GITLAB_KEYWORDS:
            return place
        allowed = place.details.get("allow_failure")
        is_advisory = is_on(allowed) or bool(nodes.items(allowed)) or is_off(place.details.get("when"))
        return replace(place, job=place.key, is_advisory=is_advisory)


def gitlab(text: str) -> Iterator[Found]:
    """Includes, components, downstream pipelines, images and scripts."""
    for place in _GitlabWalk().places(nodes.composed(text)):
        details = place.details
        if place.depth == 0 or place.key == "trigger":
            yield from (found for member in nodes.members(details.get("include")) for found in _gitlab_include(place, member))
        trigger = details.get("trigger")
        project = nodes.scalar(trigger) or nodes.first_text(nodes.items(trigger), "project")
        if place.depth == 1 and trigger and project:
            # Nobody waits for the other pipeline unless the job says so.
            waits = nodes.scalar(nodes.items(trigger).get("strategy")) in {"depend", "mirror"}
            branch = nodes.first_text(nodes.items(trigger), "branch") or ""
            yield replace(place, is_advisory=place.is_advisory or not waits).reference("trigger", project.lower(), branch, trigger)
        if place.depth <= 1:
            yield from _images(place, details.get("image"))
            yield from place.snippets("before_script", "script", "after_script")


def _gitlab_include(place: Place, node: Any) -> Iterator[Reference]:
    details = nodes.items(node)
    text = nodes.scalar(node)
    project, component = nodes.scalar(details.get("project")), nodes.scalar(details.get("component"))
    remote = nodes.scalar(details.get("remote")) or (text if text and "://" in text else None)
    if project:
        ref = nodes.first_text(details, "ref") or ""
        for file in nodes.members(details.get("file")):
            yield place.reference("include", f"{project}/{(nodes.scalar(file) or '').strip('/')}".lower(), ref, file)
    elif component:
        path, _, ref = component.partition("@")
        host, _, inside = path.partition("/")
        # `$CI_SERVER_FQDN/owner/name/component` is on the repository's own host.
        uses = inside.lower() if host.startswith("$") else repository_name(f"https://{path}")
        yield place.reference("component", uses, ref, details["component"])
    elif remote:
        uses, ref = _remote_file(remote)
        yield place.reference("include", uses, ref, details.get("remote") or node)


def _remote_file(url: str) -> tuple[str, str]:
    """A file of a repository by its web address, as `owner/name/path` and ref; anything else as host and path."""
    parts = urlsplit(url)
    host, path = parts.netloc.rpartition("@")[2].lower(), parts.path
    if host == "raw.githubusercontent.com":
        owner, name, ref, *rest = [*path.strip("/").split("/"), "", "", ""]
        return "/".join(filter(None, (owner, name, *rest))).lower(), ref
    match = _RAW_FILE.search(path)
    if match:
        repository = repository_name(f"https://{host}{path[: match.start()]}")
        return f"{repository}/{match['file']}".lower(), match["ref"]
    return f"{host}{path}".lower(), ""


# CircleCI


class _CircleWalk(Walk):
    def named(self, place: Place) -> Place:
        """Jobs and reusable commands are the keys below `jobs` and `commands`."""
        if place.depth == 2 and place.job is None and place.key:
            return replace(place, job=place.key)
        return replace(place, step=nodes.first_text(place.details, "name")) if place.key == "run" else place


def circleci(text: str) -> Iterator[Found]:
    """Orbs, images and the scripts of `run` steps."""
    for place in _CircleWalk().places(nodes.composed(text)):
        if place.depth == 0:
            for orb in nodes.items(place.details.get("orbs")).values():
                name, _, version = (nodes.scalar(orb) or "").partition("@")
                if name:
                    yield place.reference("orb", name.lower(), version, orb)
        if place.key == "docker":
            yield from _images(place, place.details.get("image"))
        yield from place.snippets(*(("command",) if place.key == "run" else ()))
        if nodes.scalar(place.details.get("run")):
            yield from place.snippets("run")


# Buildkite


class _BuildkiteWalk(Walk):
    def named(self, place: Place) -> Place:
        """A step is a mapping in a list of steps; one that fails softly cannot block."""
        if place.key not in {"steps", None}:
            return place
        soft = place.details.get("soft_fail")
        label = nodes.first_text(place.details, "label", "name", "key") or place.step
        is_advisory = place.is_advisory or is_on(soft) or bool(soft and not nodes.scalar(soft)) or is_on(place.details.get("skip"))
        return replace(place, step=label, is_advisory=is_advisory)


def buildkite(text: str) -> Iterator[Found]:
    """Plugins, images and commands."""
    for place in _BuildkiteWalk().places(nodes.composed(text)):
        yield from place.snippets("command", "commands")
        yield from _images(place, place.details.get("image"))
        for member in nodes.members(place.details.get("plugins")):
            # A plugin is a text, or a mapping from its name to its settings.
            for name in [nodes.scalar(member), *nodes.items(member)]:
                if name:
                    yield place.reference("plugin", *_plugin(name), member)


def _plugin(text: str) -> tuple[str, str]:
    """`owner/name#ref` lives in the repository `owner/name-buildkite-plugin`, a bare name in Buildkite's own; a URL says all."""
    name, _, ref = text.partition("#")
    if "://" in name or name.startswith("git@"):
        return repository_name(name), ref
    owner, _, short = name.rpartition("/")
    return f"{owner or 'buildkite-plugins'}/{short}-buildkite-plugin".lower(), ref


# Azure Pipelines


@dataclass
class _AzureWalk(Walk):
    aliases: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Names of other repositories inside the file, as what they stand for and their ref."""

    def named(self, place: Place) -> Place:
        """Stages, jobs and steps name themselves."""
        details = place.details
        job = nodes.first_text(details, "deployment", "job") or place.job
        step = nodes.first_text(details, "displayName") or place.step
        is_advisory = place.is_advisory or is_on(details.get("continueOnError")) or is_off(details.get("condition"))
        return replace(place, job=job, step=step, is_advisory=is_advisory)

    def learn(self, root: Any) -> None:
        """Repositories that the file gives a name to; those of Azure's own are `dev.azure.com/project/name`."""
        for node in nodes.members(nodes.items(nodes.items(root).get("resources")).get("repositories")):
            details = nodes.items(node)
            alias, name = nodes.scalar(details.get("repository")), nodes.scalar(details.get("name"))
            if alias and name:
                is_github = (nodes.scalar(details.get("type")) or "").lower().startswith("github")
                ref = (nodes.first_text(details, "ref") or "").removeprefix("refs/heads/").removeprefix("refs/tags/")
                self.aliases[alias] = (name.lower() if is_github else f"dev.azure.com/{name.lower()}", ref)


def azure(text: str) -> Iterator[Found]:
    """Templates of other repositories, images and scripts."""
    root = nodes.composed(text)
    walk = _AzureWalk()
    walk.learn(root)
    for place in walk.places(root):
        template = nodes.scalar(place.details.get("template"))
        file, _, alias = (template or "").rpartition("@")
        if file and alias in walk.aliases:
            repository, ref = walk.aliases[alias]
            yield place.reference("template", f"{repository}/{file.strip('/')}".lower(), ref, place.details["template"])
        if place.key == "containers":
            yield from _images(place, place.details.get("image"))
        yield from _images(place, place.details.get("container"))
        yield from place.snippets("script", "bash")
