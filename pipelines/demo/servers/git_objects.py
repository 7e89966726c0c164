"""What only the bare repositories know: the tree of a commit. Read once per repository, when first asked."""

import hashlib
import subprocess
from pathlib import Path


class Trees:
    """Tree ids of commits, from the bare repositories below one folder."""

    def __init__(self, git_root: Path) -> None:
        self._git_root = git_root
        self._known: dict[str, dict[str, str]] = {}

    def tree(self, full_name: str, sha: str) -> str:
        """The tree of a commit; a commit that no reference reaches any more gets an id made from its sha."""
        if full_name not in self._known:
            self._known[full_name] = self._read(full_name)
        return self._known[full_name].get(sha) or hashlib.sha1(f"tree {sha}".encode(), usedforsecurity=False).hexdigest()

    def _read(self, full_name: str) -> dict[str, str]:
        bare = self._git_root / f"{full_name}.git"
        if not bare.is_dir():
            return {}
        command = ["git", "--git-dir", str(bare), "log", "--all", "--format=%H %T"]
        listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return dict(line.split() for line in listing.splitlines())
