"""Progress of long work: bars on a terminal, a line per stage elsewhere."""

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


@contextmanager
def reporting(console: Console) -> Generator[Callable[[str], None]]:
    """Give a function that takes `stage: what` and shows it."""
    if console.quiet:
        yield lambda _: None
    elif console.is_terminal:
        yield from _bars(console)
    else:
        yield _lines(console)


def _bars(console: Console) -> Generator[Callable[[str], None]]:
    """One line per stage: how many parts are done, the newest of them, the time."""
    columns = (SpinnerColumn(), TextColumn("{task.fields[stage]:<12}"), TextColumn("{task.completed:>4.0f}"), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.description}"), console=console, transient=True) as progress:
        tasks: dict[str, TaskID] = {}

        def report(text: str) -> None:
            stage, _, what = text.partition(": ")
            if stage not in tasks:
                for task in tasks.values():
                    progress.stop_task(task)
                tasks[stage] = progress.add_task("", total=None, stage=stage)
            progress.update(tasks[stage], advance=1, description=what[:80])
            if " failed: " in what:
                progress.console.print(f"{stage}: {what}", markup=False)

        yield report


def _lines(console: Console) -> Callable[[str], None]:
    """A line when a stage begins, and one for every failure: enough for a nightly log."""
    seen: set[str] = set()

    def report(text: str) -> None:
        stage, _, what = text.partition(": ")
        if stage not in seen or " failed: " in what:
            console.print(text if " failed: " in what else f"{stage} ...", markup=False, soft_wrap=True)
        seen.add(stage)

    return report
