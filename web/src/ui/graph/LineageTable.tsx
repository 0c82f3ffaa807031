// The graph as a table: every node with what feeds it.
import { Anchor, Text } from '@mantine/core';
import { count, NOTHING } from '@/lib/format';
import { type Column, DataTable } from '../DataTable';
import { columnsOf, type Graph, type GraphNode, KIND_LABELS, lag, neighbours } from './lineage';

type Props = { label: string; graph: Graph; onOpen?: (node: GraphNode) => void };

export function LineageTable({ label, graph, onOpen }: Props) {
  const order = columnsOf(graph);
  const rows = [...graph.nodes].sort(
    (one, other) => (order.get(one.key) ?? 0) - (order.get(other.key) ?? 0),
  );
  const columns: Column<GraphNode>[] = [
    {
      key: 'name',
      title: 'Name',
      cell: (node) =>
        onOpen && node.segmentId != null && node.kind !== 'this' ? (
          <Anchor component="button" size="sm" underline="always" onClick={() => onOpen(node)}>
            {node.title ?? node.name}
          </Anchor>
        ) : (
          <Text size="sm" fw={node.kind === 'this' ? 700 : undefined}>
            {node.title ?? node.name}
          </Text>
        ),
    },
    { key: 'kind', title: 'Kind', cell: (node) => KIND_LABELS[node.kind] },
    {
      key: 'size',
      title: 'Size',
      number: true,
      cell: (node) => (node.size == null ? NOTHING : count(node.size)),
    },
    {
      key: 'version',
      title: 'Version',
      cell: (node) =>
        [node.version == null ? NOTHING : `v${node.version}`, lag(node)].filter(Boolean).join(', '),
    },
    {
      key: 'from',
      title: 'Made of',
      cell: (node) => neighbours(graph, node.key).from.join(', ') || NOTHING,
    },
    {
      key: 'to',
      title: 'Used by',
      cell: (node) => neighbours(graph, node.key).to.join(', ') || NOTHING,
    },
  ];
  return <DataTable label={label} columns={columns} rows={rows} rowKey={(node) => node.key} />;
}
