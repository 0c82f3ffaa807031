// What is known of the chosen node, and the way to it.
import { Button, CloseButton, Group, Paper, Stack, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { count } from '@/lib/format';
import { KIND_ICONS } from './icons';
import classes from './LineageGraph.module.css';
import { columnsOf, type Graph, type GraphNode, KIND_LABELS, lag, neighbours } from './lineage';

type Props = {
  graph: Graph;
  node: GraphNode;
  onClose: () => void;
  onOpen?: (node: GraphNode) => void;
};

export function NodePanel({ graph, node, onClose, onOpen }: Props) {
  const panel = useRef<HTMLDivElement>(null);
  const Sign = KIND_ICONS[node.kind];
  // Never over the node itself.
  const columns = columnsOf(graph);
  const right = (columns.get(node.key) ?? 0) > Math.max(...columns.values()) / 2;
  const side = right ? 'left' : 'right';
  const { from, to } = neighbours(graph, node.key);
  const facts: [string, string | null][] = [
    ['Name', node.title && node.title !== node.name ? node.name : null],
    ['Size', node.size == null ? null : count(node.size)],
    ['Version', node.version == null ? null : [node.version, lag(node)].filter(Boolean).join(', ')],
    ['Made of', from.join(', ') || 'Nothing else'],
    ['Used by', to.join(', ') || 'Nothing yet'],
    ['Note', node.note ?? null],
  ];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another node, another panel
  useEffect(() => panel.current?.focus(), [node.key]);
  return (
    <Paper
      ref={panel}
      withBorder
      p="sm"
      bg="var(--mu-raised)"
      className={classes.panel}
      component="section"
      aria-label={`Details of ${node.title ?? node.name}`}
      data-side={side}
      tabIndex={-1}
      onKeyDown={(event) => event.key === 'Escape' && onClose()}
    >
      <Stack gap="xs">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <div>
            <Group gap={6} c="dimmed">
              <Sign size={14} aria-hidden />
              <Text size="xs">{KIND_LABELS[node.kind]}</Text>
            </Group>
            <Text fw={700}>{node.title ?? node.name}</Text>
          </div>
          <CloseButton size="sm" aria-label="Close the details" onClick={onClose} />
        </Group>
        <dl className={classes.details}>
          {facts.map(
            ([what, said]) =>
              said && (
                <div key={what}>
                  <dt>{what}</dt>
                  <dd>{said}</dd>
                </div>
              ),
          )}
        </dl>
        {onOpen && node.segmentId != null && node.kind !== 'this' && (
          <Button variant="default" size="xs" onClick={() => onOpen(node)}>
            Open the segment
          </Button>
        )}
      </Stack>
    </Paper>
  );
}
