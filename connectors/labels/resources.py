"""Reading every label set whole at each sync: exports tell nothing of what changed in them."""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.contract import Connector, Counted, Event, Failed, Finding, Finished, Page, ReadContext, Reader, Record, Rejected
from connectors.errors import SourceError
from connectors.folder import Files, needed
from connectors.labels.answers import READERS, SUFFIXES, Answer, BadExport, Item
from connectors.labels.options import LabelSet, LabelsOptions
from connectors.labels.schema import TABLES
from connectors.seen import Seen

PAGE = 5_000
"""Labels of one page."""
LONGEST_LABEL = 120
"""Characters; what is longer is somebody's text, which is kept nowhere."""


def _folder(labels: LabelSet) -> Files:
    from connectors.folder import Folder

    return Folder("labels", labels.place, labels.path)


@dataclass
class SetReading:
    """One reading of one label set."""

    labels: LabelSet
    folder: Files

    def __post_init__(self) -> None:
        self._seen, self._n_labels = Seen(), 0
        self._items, self._n_items = Seen(), 0
        self._has_faults = False

    def events(self, context: ReadContext) -> Iterator[Event]:
        """The set and every answer of its files; what cannot be taken is set aside by itself."""
        partition, names = self.labels.partition, self.names()
        for name in names:
            page: list[Record] = []
            for found in self._of_file(name):
                if isinstance(found, Rejected):
                    self._has_faults = True
                    yield found
                    continue
                page.append(found)
                if len(page) == PAGE:
                    yield Page("labels", partition, page)
                    page = []
            yield Page("labels", partition, page)
        context.progress(f"labels: {self._n_labels} labels of {self._n_items} items in {self.labels.name}")
        yield Page("label_sets", partition, [self._set_record(names)])
        if not self._has_faults:
            yield Counted("labels", partition, self._n_labels, "answers in the exports")
        # What could not be read may hold labels that were there before.
        yield Finished(partition, {}, ("label_sets",) if self._has_faults else ("label_sets", "labels"))

    def names(self) -> list[str]:
        """Exports of the set.

        Raises:
            NotFound: when there is none.
        """
        return needed(self.folder, SUFFIXES[self.labels.kind], "labels", self.labels.place, "put the tool's export there")

    def _of_file(self, name: str) -> Iterator[Record | Rejected]:
        url = self.folder.url(name)
        try:
            with self.folder.open(name) as body:
                for item in READERS[self.labels.kind](body, self.labels.item):
                    yield from self._of_item(item, name, url)
        except (BadExport, OSError) as error:
            why = str(error) if isinstance(error, BadExport) else f"it cannot be read ({type(error).__name__})"
            yield Rejected("labels", self.labels.partition, name, f"{name}: {why}", {"path": name}, url)

    def _of_item(self, item: Item, name: str, url: str) -> Iterator[Record | Rejected]:
        raw = {"path": name, "item": item.name}
        if item.problem:
            yield Rejected("labels", self.labels.partition, f"{name}#{item.name}", f"{name}: {item.problem}", raw, url)
            return
        self._n_items += self._items.add(item.name)[0] == 1
        for answer in item.answers:
            what = f"the answer of {answer.rater} to {answer.question!r} about item {answer.item}"
            record = self._record(answer, url)
            if isinstance(answer.value, str) and (len(answer.value) > LONGEST_LABEL or "\n" in answer.value):
                reason = f"{name}: {what} is a text of {len(answer.value)} characters; a label is one line of at most {LONGEST_LABEL}"
                yield Rejected("labels", self.labels.partition, record["label_id"], reason, raw, url)
                continue
            if self._seen.add(record["label_id"])[0] > 1:
                reason = f"{name}: {what} is given twice; the first counts"
                yield Rejected("labels", self.labels.partition, f"{record['label_id']}|{name}", reason, raw, url)
                continue
            self._n_labels += 1
            yield record

    def _record(self, answer: Answer, url: str) -> Record:
        key = "|".join((self.labels.name, answer.item, answer.question, answer.native_id))
        as_number = _number(answer.value)
        told = {"item": answer.item, "question": answer.question, "native_id": answer.native_id, "value": answer.value}
        return {
            "label_id": hashlib.sha256(key.encode()).hexdigest(),
            "label_set": self.labels.name,
            "item_key": answer.item,
            "question": answer.question,
            "native_id": answer.native_id,
            "rater_raw": answer.rater,
            "value": f"{answer.value:g}" if isinstance(answer.value, float) else answer.value,
            "value_number": as_number,
            "is_skipped": answer.is_skipped,
            "is_gold": answer.is_gold,
            "labelled_at": answer.labelled_at,
            "lead_seconds": answer.lead_seconds,
            "_source_url": url,
            "_raw": told,
        }

    def _set_record(self, names: list[str]) -> Record:
        judge = self.labels.judge
        return {
            "label_set": self.labels.name,
            "kind": self.labels.kind,
            "scale": self.labels.scale,
            "passing": list(self.labels.passing),
            "judge_task": judge.task if judge else None,
            "judge_scorer": judge.scorer if judge else None,
            "n_items": self._n_items,
            "_source_url": self.folder.url(names[0]),
            "_raw": {"files": names},
        }


def _number(value: Any) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError):
        return None
    return found if math.isfinite(found) else None


@dataclass(frozen=True)
class LabelsReader:
    """The configured label sets; each is reached for only when its turn comes."""

    options: LabelsOptions
    reach: Callable[[LabelSet], Files] = _folder

    def read(self, context: ReadContext) -> Iterator[Event]:
        """All sets; one that cannot be read does not keep the others."""
        for labels in self.options.sets:
            try:
                yield from SetReading(labels, self.reach(labels)).events(context)
            except SourceError as error:
                yield Failed(labels.partition, error)

    def probe(self) -> Iterator[Finding]:
        """Whether each set can be listed, and how many files it holds."""
        for labels in self.options.sets:
            try:
                found = len(SetReading(labels, self.reach(labels)).names())
                yield Finding(f"labels {labels.name}", "ok", f"{labels.place}: {found} files")
            except SourceError as error:
                yield Finding(f"labels {labels.name}", "fail", f"{error.what}: {error.why}", error.hint)


def open_labels(options: LabelsOptions) -> Reader:
    """A reader of the configured label sets."""
    return LabelsReader(options)


CONNECTOR = Connector(name="labels", title="Human labels", tables=TABLES, open=open_labels)
