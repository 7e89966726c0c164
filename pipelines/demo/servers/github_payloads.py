"""Pull requests, reviews, files, commits and issues in the shape of GitHub's REST answers. Routes and paging are elsewhere."""

import hashlib
from urllib.parse import quote

from pipelines.demo.servers.git_objects import Trees
from pipelines.demo.servers.github_index import stable_id
from pipelines.demo.servers.github_site import Payload, Site, iso, node_id
from pipelines.demo.world import Account, Commit, Issue, PullRequest, Repository, Review
from pipelines.demo.world_checks import CommitStatus

FILE_STATUS = {"ADDED": "added", "MODIFIED": "modified", "DELETED": "removed", "RENAMED": "renamed"}
REACTIONS = ("+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket")
UNVERIFIED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def association(site: Site, account: Account) -> str:
    """How an account is associated with the organisation's repositories."""
    return "MEMBER" if account in site.index.members else "CONTRIBUTOR"


def labels(site: Site, repository: Repository, names: tuple[str, ...]) -> list[Payload]:
    """Labels of an issue or pull request."""
    return [_label(site, repository, name) for name in names]


def _label(site: Site, repository: Repository, name: str) -> Payload:
    number = stable_id("label", repository.full_name, name)
    return {
        "id": number,
        "node_id": node_id("LA", number),
        "url": f"{site.repo_api(repository)}/labels/{quote(name)}",
        "name": name,
        "color": f"{number & 0xFFFFFF:06x}",
        "default": name in {"bug", "documentation", "enhancement"},
        "description": "",
    }


def _side(site: Site, repository: Repository, ref: str, sha: str) -> Payload:
    """Head or base of a pull request."""
    return {
        "label": f"{repository.owner}:{ref}",
        "ref": ref,
        "sha": sha,
        "user": site.user(site.owner(repository)),
        "repo": site.repository(repository),
    }


def pull_in_list(site: Site, repository: Repository, pull: PullRequest) -> Payload:
    """A pull request as listings give it."""
    world = site.index.world
    url, issue = f"{site.repo_api(repository)}/pulls/{pull.number}", f"{site.repo_api(repository)}/issues/{pull.number}"
    html, head = f"{site.repo_html(repository)}/pull/{pull.number}", world.sha(pull.head)
    statuses = f"{site.repo_api(repository)}/statuses/{head}"
    addresses = {
        "self": url,
        "html": html,
        "issue": issue,
        "comments": f"{issue}/comments",
        "review_comments": f"{url}/comments",
        "review_comment": f"{site.repo_api(repository)}/pulls/comments{{/number}}",
        "commits": f"{url}/commits",
        "statuses": statuses,
    }
    return {
        "url": url,
        "id": pull.pull_request_id,
        "node_id": node_id("PR", pull.pull_request_id),
        "html_url": html,
        "diff_url": f"{html}.diff",
        "patch_url": f"{html}.patch",
        "issue_url": issue,
        **{f"{name}_url": addresses[name] for name in ("commits", "review_comments", "review_comment", "comments", "statuses")},
        "number": pull.number,
        "state": "closed" if pull.closed_at or pull.merged_at else "open",
        "locked": False,
        "title": pull.title,
        "user": site.user(pull.account),
        "body": pull.body or None,
        "labels": labels(site, repository, pull.labels),
        "created_at": iso(pull.created_at),
        "updated_at": iso(pull.updated_at),
        "closed_at": iso(pull.closed_at or pull.merged_at),
        "merged_at": iso(pull.merged_at),
        "merge_commit_sha": world.sha(pull.merge_commit) if pull.merge_commit else None,
        "head": _side(site, repository, pull.head_ref, head),
        "base": _side(site, repository, repository.default_branch, world.sha(pull.base)),
        "_links": {name: {"href": address} for name, address in addresses.items()},
        "author_association": association(site, pull.account),
        "draft": pull.is_draft,
        **_nobody(),
        **{"requested_reviewers": [], "requested_teams": [], "auto_merge": None},
    }


def _nobody() -> Payload:
    """Assignment, milestone and lock, which the demo organisation does not use but for issues that are incidents."""
    return {"assignee": None, "assignees": [], "milestone": None, "active_lock_reason": None}


def pull(site: Site, repository: Repository, pull: PullRequest) -> Payload:
    """A pull request as its own address gives it: with who merged it and its size."""
    is_open = not (pull.closed_at or pull.merged_at)
    return {
        **pull_in_list(site, repository, pull),
        "merged": pull.merged_at is not None,
        "merged_by": site.user_or_none(pull.merged_by),
        "mergeable": True if is_open else None,
        "rebaseable": True if is_open else None,
        "mergeable_state": "clean" if is_open else "unknown",
        "comments": 0,
        "review_comments": 0,
        "maintainer_can_modify": False,
        "commits": len(pull.commits),
        "additions": sum(added for _, _, added, _ in pull.files),
        "deletions": sum(deleted for _, _, _, deleted in pull.files),
        "changed_files": len(pull.files),
    }


def review(site: Site, repository: Repository, pull: PullRequest, review: Review) -> Payload:
    """A submitted review."""
    url = f"{site.repo_api(repository)}/pulls/{pull.number}"
    html = f"{site.repo_html(repository)}/pull/{pull.number}#pullrequestreview-{review.review_id}"
    return {
        "id": review.review_id,
        "node_id": node_id("PRR", review.review_id),
        "user": site.user(review.account),
        "body": review.body,
        "state": review.state,
        "html_url": html,
        "pull_request_url": url,
        "_links": {"html": {"href": html}, "pull_request": {"href": url}},
        "submitted_at": iso(review.submitted_at),
        "commit_id": site.index.world.sha(review.commit),
        "author_association": association(site, review.account),
    }


def changed_file(site: Site, repository: Repository, pull: PullRequest, entry: tuple[str, str, int, int]) -> Payload:
    """One file of a pull request; patches are left out, as GitHub does for large ones."""
    path, change, added, deleted = entry
    head, html, name = site.index.world.sha(pull.head), site.repo_html(repository), quote(path)
    fields = {
        "sha": blob_sha(site, pull, path),
        "filename": path,
        "status": FILE_STATUS[change],
        "additions": added,
        "deletions": deleted,
        "changes": added + deleted,
        "blob_url": f"{html}/blob/{head}/{name}",
        "raw_url": f"{html}/raw/{head}/{name}",
        "contents_url": f"{site.repo_api(repository)}/contents/{name}?ref={head}",
    }
    previous = previous_path(site, pull, path) if change == "RENAMED" else None
    return {**fields, "previous_filename": previous} if previous else fields


def previous_path(site: Site, pull: PullRequest, path: str) -> str | None:
    """The name that a renamed file had before the pull request."""
    commits = [site.index.world.commits[mark] for mark in pull.commits]
    return next((old for commit in commits for old, new in commit.renames if new == path), None)


def blob_sha(site: Site, pull: PullRequest, path: str) -> str | None:
    """Git's id of a file's content at the head of a pull request; None where its commits do not write it."""
    commits = [site.index.world.commits[mark] for mark in reversed(pull.commits)]
    content = next((commit.writes[path] for commit in commits if path in commit.writes), None)
    if content is None:
        return None
    data = content.encode()
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def commit(site: Site, trees: Trees, repository: Repository, commit: Commit) -> Payload:
    """A commit of a listing: what git knows, and the accounts that its e-mails are verified for."""
    world, sha = site.index.world, site.index.world.sha(commit.mark)
    url, html = f"{site.repo_api(repository)}/commits/{sha}", f"{site.repo_html(repository)}/commit/{sha}"
    parents = [world.sha(mark) for mark in commit.parents]
    return {
        "sha": sha,
        "node_id": node_id("C", sha),
        "commit": _git_part(site, trees, repository, commit),
        "url": url,
        "html_url": html,
        "comments_url": f"{url}/comments",
        "author": site.user_or_none(commit.account),
        "committer": site.user_or_none(commit.account if commit.committer is None else None),
        "parents": [
            {
                "sha": parent,
                "url": f"{site.repo_api(repository)}/commits/{parent}",
                "html_url": f"{site.repo_html(repository)}/commit/{parent}",
            }
            for parent in parents
        ],
    }


def commit_status(site: Site, repository: Repository, sha: str, status: CommitStatus) -> Payload:
    """A status that was set on a commit."""
    return {
        "url": f"{site.repo_api(repository)}/statuses/{sha}",
        "avatar_url": f"{site.html}/avatars/u/{status.account.user_id}?v=4",
        "id": status.status_id,
        "node_id": node_id("SC", status.status_id),
        "state": status.state,
        "description": status.description or None,
        "target_url": status.target_url or None,
        "context": status.context,
        "created_at": iso(status.created_at),
        "updated_at": iso(status.created_at),
        "creator": site.user(status.account),
    }


def _git_part(site: Site, trees: Trees, repository: Repository, commit: Commit) -> Payload:
    sha = site.index.world.sha(commit.mark)
    tree, git = trees.tree(repository.full_name, sha), f"{site.repo_api(repository)}/git"
    committer, committed_at = commit.committer or commit.author, commit.committed_at or commit.authored_at
    return {
        "author": {"name": commit.author.name, "email": commit.author.email, "date": iso(commit.authored_at)},
        "committer": {"name": committer.name, "email": committer.email, "date": iso(committed_at)},
        "message": commit.message.rstrip("\n"),
        "tree": {"sha": tree, "url": f"{git}/trees/{tree}"},
        "url": f"{git}/commits/{sha}",
        "comment_count": 0,
        "verification": UNVERIFIED,
    }


def _issue_common(site: Site, repository: Repository, item: Issue | PullRequest) -> Payload:
    """What issues and pull requests share in the issues listing."""
    url = f"{site.repo_api(repository)}/issues/{item.number}"
    return {
        "url": url,
        "repository_url": site.repo_api(repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "timeline_url": f"{url}/timeline",
        "number": item.number,
        "title": item.title,
        "user": site.user(item.account),
        "labels": labels(site, repository, item.labels),
        "state": "closed" if item.closed_at else "open",
        "locked": False,
        "comments": 0,
        "created_at": iso(item.created_at),
        "updated_at": iso(item.updated_at),
        "closed_at": iso(item.closed_at),
        "closed_by": None,
        "author_association": association(site, item.account),
        "body": item.body or None,
        "reactions": {"url": f"{url}/reactions", "total_count": 0, **dict.fromkeys(REACTIONS, 0)},
        "performed_via_github_app": None,
        **_nobody(),
    }


def issue(site: Site, repository: Repository, issue: Issue) -> Payload:
    """An issue proper."""
    return {
        **_issue_common(site, repository, issue),
        "id": issue.issue_id,
        "node_id": node_id("I", issue.issue_id),
        "html_url": f"{site.repo_html(repository)}/issues/{issue.number}",
        **_happened(site, issue),
    }


def _happened(site: Site, issue: Issue) -> Payload:
    """What an issue says of its own timeline: who is assigned, who closed it last, how many comments it has."""
    by_kind = {kind: [event for event in issue.events if event.kind == kind] for kind in ("AssignedEvent", "ClosedEvent", "IssueComment")}
    assignees = [site.user(event.assignee) for event in by_kind["AssignedEvent"] if event.assignee]
    closer = by_kind["ClosedEvent"][-1].account if issue.closed_at and by_kind["ClosedEvent"] else None
    return {
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "closed_by": site.user_or_none(closer),
        "comments": len(by_kind["IssueComment"]),
        "state_reason": state_reason(issue),
    }


def state_reason(issue: Issue) -> str | None:
    """Why an issue is closed, or that it was opened again."""
    if issue.closed_at:
        return "completed"
    return "reopened" if any(event.kind == "ReopenedEvent" for event in issue.events) else None


def pull_as_issue(site: Site, repository: Repository, pull: PullRequest) -> Payload:
    """A pull request in the issues listing, where GitHub mixes both; its issue id is not its pull request id."""
    number = stable_id("issue of pull request", pull.pull_request_id)
    html = f"{site.repo_html(repository)}/pull/{pull.number}"
    addresses = {"url": f"{site.repo_api(repository)}/pulls/{pull.number}", "html_url": html}
    return {
        **_issue_common(site, repository, pull),
        "id": number,
        "node_id": node_id("PR", pull.pull_request_id),
        "html_url": html,
        "state_reason": None,
        "draft": pull.is_draft,
        "pull_request": {**addresses, "diff_url": f"{html}.diff", "patch_url": f"{html}.patch", "merged_at": iso(pull.merged_at)},
    }
