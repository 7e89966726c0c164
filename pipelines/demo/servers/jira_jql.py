"""The part of Jira's query language that syncing needs: comparisons joined by AND, OR, NOT and parentheses, and ORDER BY.

Dates without a zone mean the time zone of the user who asks; bare numbers are epoch milliseconds.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.demo.world import World
from pipelines.demo.world_jira import JiraIssue

Test = Callable[[JiraIssue], bool]
Value = Any
TOKEN = re.compile(
    r"""\s*(?:
        "(?P<double>(?:[^"\\]|\\.)*)"
      | '(?P<single>(?:[^'\\]|\\.)*)'
      | (?P<sign>[<>!]=|[=<>(),])
      | (?P<word>[^\s"'=<>!(),]+)
    )""",
    re.VERBOSE,
)
DATE_FORMATS = ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d")
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    ">=": lambda left, right: left is not None and left >= right,
    ">": lambda left, right: left is not None and left > right,
    "<=": lambda left, right: left is not None and left <= right,
    "<": lambda left, right: left is not None and left < right,
}


class BadQuery(Exception):
    """A query that Jira answers with 400; the text is its error message."""


@dataclass(frozen=True)
class Token:
    """A piece of a query; only a bare word can be a keyword or a field."""

    text: str
    is_quoted: bool

    def is_word(self, word: str) -> bool:
        """Whether it is that keyword."""
        return not self.is_quoted and self.text.lower() == word


@dataclass(frozen=True)
class Query:
    """A query that has been understood."""

    matches: Test
    keys: tuple[tuple[Callable[[JiraIssue], Any], bool], ...]
    is_bounded: bool

    def run(self, issues: list[JiraIssue]) -> list[JiraIssue]:
        """Matching issues in the wanted order; newest first without one."""
        found = sorted((issue for issue in issues if self.matches(issue)), key=lambda issue: issue.issue_id, reverse=True)
        for key, is_falling in reversed(self.keys):
            found.sort(key=key, reverse=is_falling)
        return found


def tokens_of(text: str) -> list[Token]:
    """A query cut into pieces."""
    tokens: list[Token] = []
    position = 0
    while text[position:].strip():
        match = TOKEN.match(text, position)
        if match is None:
            raise BadQuery(f"Error in the JQL Query: The character '{text[position:].strip()[0]}' is a reserved JQL character.")
        quoted = match["double"] if match["double"] is not None else match["single"]
        tokens.append(Token(match[0].strip(), False) if quoted is None else Token(re.sub(r"\\(.)", r"\1", quoted), True))
        position = match.end()
    return tokens


def key_order(issue: JiraIssue) -> tuple[str, int]:
    """Keys sort by project and number, not as text."""
    project, _, number = issue.key.rpartition("-")
    return project, int(number)


class Parser:
    """Turns one query's pieces into a test and an order."""

    def __init__(self, world: World, text: str, zone: ZoneInfo) -> None:
        self.world, self.zone = world, zone
        self.tokens, self.place = tokens_of(text), 0

    def query(self) -> Query:
        """The whole query."""
        is_bounded = bool(self.tokens) and not self.tokens[0].is_word("order")
        matches = self._any() if is_bounded else _everything
        keys = self._order()
        if self.place < len(self.tokens):
            text = self.tokens[self.place].text
            raise BadQuery(f"Error in the JQL Query: Expecting operator before the end of the query but got '{text}'.")
        return Query(matches, keys, is_bounded)

    def _next(self) -> Token:
        if self.place >= len(self.tokens):
            raise BadQuery("Error in the JQL Query: Unexpected end of the query.")
        self.place += 1
        return self.tokens[self.place - 1]

    def _take(self, *words: str) -> bool:
        """Whether the next pieces are those words; takes them if so."""
        ahead = self.tokens[self.place : self.place + len(words)]
        if len(ahead) < len(words) or not all(token.is_word(word) for token, word in zip(ahead, words, strict=True)):
            return False
        self.place += len(words)
        return True

    def _any(self) -> Test:
        tests = [self._all()]
        while self._take("or"):
            tests.append(self._all())
        return lambda issue: any(test(issue) for test in tests)

    def _all(self) -> Test:
        tests = [self._one()]
        while self._take("and"):
            tests.append(self._one())
        return lambda issue: all(test(issue) for test in tests)

    def _one(self) -> Test:
        if self._take("not"):
            inner = self._one()
            return lambda issue: not inner(issue)
        if self._take("("):
            inner = self._any()
            if not self._take(")"):
                raise BadQuery("Error in the JQL Query: Expecting ')' before the end of the query.")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        name = self._next().text
        read, convert = self._field(name)
        is_negative = self._take("not", "in")
        if is_negative or self._take("in"):
            wanted = [convert(text) for text in self._list()]
            return lambda issue: (read(issue) in wanted) != is_negative
        sign = self._next().text
        if sign not in COMPARISONS:
            raise BadQuery(f"Error in the JQL Query: Expecting operator but got '{sign}'.")
        compare, value = COMPARISONS[sign], convert(self._next().text)
        return lambda issue: compare(read(issue), value)

    def _list(self) -> list[str]:
        if not self._take("("):
            raise BadQuery("Error in the JQL Query: Expecting '(' after IN.")
        values = [self._next().text]
        while self._take(","):
            values.append(self._next().text)
        if not self._take(")"):
            raise BadQuery("Error in the JQL Query: Expecting ')' at the end of the list.")
        return values

    def _order(self) -> tuple[tuple[Callable[[JiraIssue], Any], bool], ...]:
        keys: list[tuple[Callable[[JiraIssue], Any], bool]] = []
        if not self._take("order", "by"):
            return ()
        while True:
            name = self._next().text.lower()
            read = key_order if name in {"key", "issuekey"} else self._field(name)[0]
            is_falling = self._take("desc")
            if not is_falling:
                self._take("asc")
            keys.append((read, is_falling))
            if not self._take(","):
                return tuple(keys)

    def _field(self, name: str) -> tuple[Callable[[JiraIssue], Any], Callable[[str], Value]]:
        """How to read a field off an issue, and how to read a value of it off the query."""
        dates: dict[str, Callable[[JiraIssue], Any]] = {
            "updated": lambda issue: issue.updated_at,
            "created": lambda issue: issue.created_at,
            "resolved": lambda issue: issue.resolved_at,
        }
        texts: dict[str, Callable[[JiraIssue], Any]] = {
            "issuetype": lambda issue: issue.issue_type.lower(),
            "type": lambda issue: issue.issue_type.lower(),
            "status": lambda issue: issue.status.lower(),
            "key": lambda issue: issue.key.lower(),
            "issuekey": lambda issue: issue.key.lower(),
            "id": lambda issue: str(issue.issue_id),
        }
        name = name.lower()
        if name in dates:
            return dates[name], self._moment
        if name in texts:
            return texts[name], str.lower
        if name == "project":
            return lambda issue: issue.key.rpartition("-")[0], self._project
        raise BadQuery(f"Field '{name}' does not exist or you do not have permission to view it.")

    def _project(self, text: str) -> str:
        """The key of a project named by key, number or name."""
        for key, (number, title) in self.world.jira_projects.items():
            if text.lower() in {key.lower(), str(number), title.lower()}:
                return key
        raise BadQuery(f"The value '{text}' does not exist for the field 'project'.")

    def _moment(self, text: str) -> datetime:
        if re.fullmatch(r"-?\d{5,}", text):
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        for form in DATE_FORMATS:
            try:
                return datetime.strptime(text, form).replace(tzinfo=self.zone)
            except ValueError:
                continue
        formats = "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd'"
        raise BadQuery(f"Date value '{text}' for field 'updated' is invalid. Valid formats include: {formats}.")


def _everything(_: JiraIssue) -> bool:
    return True


def parse_jql(world: World, text: str, zone: ZoneInfo) -> Query:
    """Understand a query.

    Raises:
        BadQuery: with Jira's message.
    """
    return Parser(world, text, zone).query()
