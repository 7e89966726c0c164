"""What a GraphQL query costs, by the formula that GitHub publishes, and which ones it refuses before running them.

Every connection is one request for each node of the connections around it; a hundred requests are a point. A connection must
say how many it wants, at most 100, and a query may ask for at most 500,000 nodes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLCompositeType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    value_from_ast_untyped,
)

from pipelines.demo.servers.github_graph import GraphRefusal

MOST_RECORDS, MOST_NODES = 100, 500_000
PAGED = {"nodes", "edges", "pageInfo"}


@dataclass
class Cost:
    """Requests and nodes of a query."""

    requests: int = 0
    nodes: int = 0

    @property
    def points(self) -> int:
        """What is taken from the hourly budget."""
        return max(1, round(self.requests / 100))


class CostOf:
    """Walks one operation."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self.schema, self.variables = schema, dict(variables)
        self.fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}

    def cost(self, operation: OperationDefinitionNode) -> Cost:
        """The whole cost.

        Raises:
            GraphRefusal: for a connection without bounds or beyond them, and for too many nodes.
        """
        cost = Cost()
        assert self.schema.query_type is not None
        self._walk(operation.selection_set, self.schema.query_type, 1, cost)
        if cost.nodes > MOST_NODES:
            asked = f"This query requests up to {cost.nodes:,} possible nodes"
            raise GraphRefusal("MAX_NODE_LIMIT_EXCEEDED", f"{asked} which exceeds the maximum limit of {MOST_NODES:,}.")
        return cost

    def _walk(self, selections: SelectionSetNode | None, kind: GraphQLCompositeType, times: int, cost: Cost) -> None:
        for parent, field in self._fields(selections, kind):
            if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or field.name.value not in parent.fields:
                continue
            of = get_named_type(parent.fields[field.name.value].type)
            inner = times
            if of.name.endswith("Connection"):
                records = self._records(field, of)
                cost.requests += times
                cost.nodes += times * records
                inner = times * max(1, records)
            elif field.name.value == "nodes" and parent is self.schema.query_type:
                inner = len(self._arguments(field).get("ids") or ())
            self._walk(field.selection_set, of, inner, cost)  # type: ignore[arg-type]

    def _fields(self, selections: SelectionSetNode | None, kind: GraphQLCompositeType) -> Iterator[tuple[GraphQLCompositeType, FieldNode]]:
        """The fields of a selection, through its fragments, each with the type it is selected on."""
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                yield kind, node
            elif isinstance(node, InlineFragmentNode):
                yield from self._fields(node.selection_set, self._narrowed(node.type_condition, kind))
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                yield from self._fields(fragment.selection_set, self._narrowed(fragment.type_condition, kind))

    def _narrowed(self, condition: Any, kind: GraphQLCompositeType) -> Any:
        return self.schema.type_map[condition.name.value] if condition else kind

    def _arguments(self, field: FieldNode) -> dict[str, Any]:
        return {node.name.value: value_from_ast_untyped(node.value, self.variables) for node in field.arguments}

    def _records(self, field: FieldNode, of: Any) -> int:
        """How many records a connection asks for; one that wants only its total asks for none."""
        arguments, name = self._arguments(field), field.name.value
        asked = {bound: arguments[bound] for bound in ("first", "last") if arguments.get(bound) is not None}
        wants_records = any(selected.name.value in PAGED for _, selected in self._fields(field.selection_set, of))
        if not asked and wants_records:
            text = f"You must provide a `first` or `last` value to properly paginate the `{name}` connection."
            raise GraphRefusal("MISSING_PAGINATION_BOUNDARIES", text)
        for bound, records in asked.items():
            if not 0 <= records <= MOST_RECORDS:
                text = f"Requesting {records} records on the `{name}` connection exceeds the `{bound}` limit of {MOST_RECORDS} records."
                raise GraphRefusal("EXCESSIVE_PAGINATION", text)
        return max(asked.values(), default=0)
