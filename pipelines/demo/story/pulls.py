"""Pull requests: opening, pushing, reviewing, merging and closing them, with the commits that follow on their branches and on main."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from pipelines.demo.story.cast import GITHUB
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tree import Edit, Rename, Tree, applied, changed_files
from pipelines.demo.world import Commit, EventKind, PullRequest, Review, ReviewComment, Signature, TimelineEvent

ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "DISMISSED"]


@dataclass(frozen=True)
class Change:
    """One commit of a pull request."""

    message: str
    edits: tuple[Edit, ...]
    co_authors: tuple[Signature, ...] = ()


@dataclass(frozen=True)
class Work:
    """What somebody proposes: the first push of a pull request."""

    who: str
    """Person id, or login of a bot or outsider."""
    title: str
    changes: tuple[Change, ...]
    body: str = ""
    branch: str = ""
    signature: Signature | None = None
    labels: tuple[str, ...] = ()
    is_draft: bool = False


@dataclass
class Pull:
    """A pull request in the making, with the tree of its branch."""

    request: PullRequest
    site: Site
    work: Work
    signature: Signature
    changes: list[Change]
    tree: Tree
    base_tree: Tree
    """Tree of main where the branch last met it: what the pull request is compared with."""
    merges: list[str] = field(default_factory=list)
    """Commits of the branch that merged main into it."""
    gated_heads: set[str] = field(default_factory=set)
    """Commits on which the eval gate ran."""

    @property
    def head(self) -> str:
        """Mark of the branch's newest commit."""
        return self.request.head


def open_pull(stage: Stage, site: Site, work: Work) -> Pull:
    """Open a pull request with the first push of its branch."""
    account = stage.account(work.who)
    number = site.number()
    request = PullRequest(
        pull_request_id=stage.new_id("pull_request"),
        repository=site.repository.full_name,
        number=number,
        title=work.title,
        body=work.body,
        account=account,
        head_ref=work.branch or f"{work.who.split('[')[0]}/{_slug(work.title)}-{number}",
        commits=[],
        base=site.repository.head,
        created_at=stage.now,
        updated_at=stage.now,
        is_draft=work.is_draft,
        labels=work.labels,
    )
    pull = Pull(request, site, work, work.signature or stage.signature(work.who), [], site.tree, site.tree)
    for position, change in enumerate(work.changes):
        _add(stage, pull, change, timedelta(minutes=25 * (len(work.changes) - position)))
    stage.world.pull_requests.append(request)
    _touch(stage, pull)
    return pull


def push(stage: Stage, pull: Pull, change: Change) -> None:
    """Push another commit."""
    _add(stage, pull, change, timedelta(minutes=2))
    _touch(stage, pull)


def merge_base_in(stage: Stage, pull: Pull) -> None:
    """Bring the branch up to date with main by a merge commit, changing nothing of its own."""
    site = pull.site
    merged = _on_main(pull)
    message = f"Merge branch 'main' into {pull.request.head_ref}"
    commit = stage.commit(site, (pull.head, site.repository.head), pull.tree, merged, pull.signature, message, account=pull.request.account)
    pull.request.commits.append(commit.mark)
    pull.merges.append(commit.mark)
    pull.tree, pull.base_tree = merged, site.tree
    _touch(stage, pull)


def replace_branch(stage: Stage, pull: Pull, change: Change) -> None:
    """Force-push: one new commit on the old base instead of everything that the branch had."""
    lost = pull.head
    pull.request.commits.clear()
    pull.changes.clear()
    pull.merges.clear()
    pull.tree = pull.base_tree
    _add(stage, pull, change, timedelta(minutes=2))
    _touch(stage, pull)
    pull.request.lost_heads.append(lost)
    happened(stage, pull, "HeadRefForcePushedEvent", pull.work.who, before=lost, after=pull.head)


def try_merge(stage: Stage, pull: Pull) -> Commit:
    """The merge queue's trial: main as it is now with the pull request on it, on a branch that is soon gone."""
    site = pull.site
    message = f"Merge pull request #{pull.request.number} from acme/{pull.request.head_ref}\n\n{pull.request.title}"
    trial = stage.commit(site, (site.repository.head, pull.head), site.tree, _on_main(pull), pull.signature, message, committer=GITHUB)
    pull.request.lost_heads.append(trial.mark)
    return trial


def happened(stage: Stage, pull: Pull, kind: EventKind, who: str, **fields: Any) -> None:
    """Add an event to the timeline."""
    pull.request.events.append(TimelineEvent(stage.new_id("event"), kind, stage.account(who), stage.now, **fields))
    pull.request.updated_at = stage.now


def review(stage: Stage, pull: Pull, who: str, state: ReviewState, body: str = "") -> Review:
    """Submit a review of the present head."""
    submitted = Review(stage.new_id("review"), stage.account(who), state, stage.now, pull.head, body)
    pull.request.reviews.append(submitted)
    pull.request.updated_at = stage.now
    return submitted


def remark(stage: Stage, pull: Pull, on: Review, body: str) -> None:
    """Comment within a review on a line of the first file."""
    path = pull.request.files[0][0]
    on.comments.append(ReviewComment(stage.new_id("review_comment"), on.account, path, body, stage.now, stage.now, pull.head))


def merge(stage: Stage, pull: Pull, who: str, how: Literal["squash", "merge"] = "squash") -> Commit:
    """Merge into main, as one commit or with a merge commit."""
    site, request = pull.site, pull.request
    tree = _on_main(pull)
    if how == "squash":
        commit = stage.commit(
            site,
            (site.repository.head,),
            site.tree,
            tree,
            pull.signature,
            _squash_message(pull),
            committer=GITHUB,
            account=request.account,
            renames=[name for name in _renames(pull) if name[0] in site.tree],
        )
    else:
        message = f"Merge pull request #{request.number} from acme/{request.head_ref}\n\n{request.title}"
        signature = stage.signature(who)
        commit = stage.commit(site, (site.repository.head, pull.head), site.tree, tree, signature, message, committer=GITHUB)
        commit.account = stage.account(who)
    stage.land(site, commit, tree)
    happened(stage, pull, "MergedEvent", who, after=commit.mark, current_ref=site.repository.default_branch)
    _close(stage, pull, who)
    request.merged_at, request.merged_by, request.merge_commit = stage.now, stage.account(who), commit.mark
    return commit


def close(stage: Stage, pull: Pull) -> None:
    """Close without merging."""
    _close(stage, pull, pull.work.who)


def _close(stage: Stage, pull: Pull, who: str) -> None:
    happened(stage, pull, "ClosedEvent", who)
    pull.request.closed_at = pull.request.updated_at = stage.now
    pull.site.repository.branches.pop(pull.request.head_ref, None)


def _add(stage: Stage, pull: Pull, change: Change, ago: timedelta) -> None:
    after = applied(pull.tree, change.edits, pull.signature.email)
    trailers = "".join(f"\nCo-authored-by: {who.name} <{who.email}>" for who in change.co_authors)
    message = change.message + (f"\n{trailers}" if trailers else "")
    commit = stage.commit(
        pull.site,
        (pull.head if pull.request.commits else pull.request.base,),
        pull.tree,
        after,
        pull.signature,
        message,
        when=stage.now - ago,
        account=pull.request.account,
        renames=[(edit.old, edit.new) for edit in change.edits if isinstance(edit, Rename)],
    )
    pull.request.commits.append(commit.mark)
    pull.changes.append(change)
    pull.tree = after


def _touch(stage: Stage, pull: Pull) -> None:
    """Note the push, and compare the branch anew with main."""
    pull.request.updated_at = stage.now
    pull.request.files = changed_files(pull.base_tree, pull.tree, _renames(pull))
    pull.site.repository.branches[pull.request.head_ref] = pull.head
    pull.site.repository.pushed_at = stage.now


def _on_main(pull: Pull) -> Tree:
    """Main as it is now with the pull request's changes on it."""
    edits: Sequence[Edit] = [edit for change in pull.changes for edit in change.edits]
    return applied(pull.site.tree, edits, pull.signature.email)


def _renames(pull: Pull) -> list[tuple[str, str]]:
    return [(edit.old, edit.new) for change in pull.changes for edit in change.edits if isinstance(edit, Rename)]


def _squash_message(pull: Pull) -> str:
    """Title with the number, what the commits said, and every co-author once."""
    subject = f"{pull.request.title} (#{pull.request.number})"
    parts = [f"* {change.message}" for change in pull.changes] if len(pull.changes) > 1 else _body_of(pull.changes[0].message)
    people = dict.fromkeys(who for change in pull.changes for who in change.co_authors)
    trailers = "\n".join(f"Co-authored-by: {who.name} <{who.email}>" for who in people)
    return "\n\n".join(part for part in (subject, *parts, trailers) if part)


def _body_of(message: str) -> list[str]:
    _, _, body = message.partition("\n\n")
    return [body]


def _slug(title: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in title.lower()).split()
    return "-".join(words[:4])
