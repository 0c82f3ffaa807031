// What a segment is made of and what is made of it: a graph to move in, or a table.
import { Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconSitemap, IconTable } from '@tabler/icons-react';
import { lazy, Suspense, useRef, useState } from 'react';
import classes from './LineageGraph.module.css';
import { LineageTable } from './LineageTable';
import { type Graph, type GraphNode, summary } from './lineage';
import { NodePanel } from './NodePanel';

const LineageCanvas = lazy(() => import('./LineageCanvas'));
const NARROW = '(max-width: 48em)';

type Props = {
  /** What it is about, for those who do not see it. */
  label: string;
  graph: Graph;
  /** Open a segment; without it there is nothing to open. */
  onOpen?: (node: GraphNode) => void;
  height?: number;
};

export function LineageGraph({ label, graph, onOpen, height = 460 }: Props) {
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const [wanted, setWanted] = useState<'graph' | 'table' | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const box = useRef<HTMLDivElement>(null);
  const view = wanted ?? (narrow ? 'table' : 'graph');
  const node = graph.nodes.find((one) => one.key === selected);
  const close = () => {
    const place = `[data-id="${CSS.escape(selected ?? '')}"]`;
    setSelected(null);
    box.current?.querySelector<HTMLElement>(place)?.focus();
  };
  return (
    <Stack gap="sm">
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {summary(graph)}
        </Text>
        <Button
          variant="default"
          size="xs"
          leftSection={
            view === 'graph' ? (
              <IconTable size={16} aria-hidden />
            ) : (
              <IconSitemap size={16} aria-hidden />
            )
          }
          onClick={() => setWanted(view === 'graph' ? 'table' : 'graph')}
        >
          {view === 'graph' ? 'View as table' : 'View as graph'}
        </Button>
      </Group>
      {view === 'table' ? (
        <LineageTable label={label} graph={graph} onOpen={onOpen} />
      ) : (
        <div ref={box} className={classes.box}>
          <Suspense fallback={<Skeleton height={height} />}>
            <LineageCanvas
              label={label}
              graph={graph}
              selected={selected}
              onSelect={setSelected}
              height={height}
            />
          </Suspense>
          {node && <NodePanel graph={graph} node={node} onClose={close} onOpen={onOpen} />}
        </div>
      )}
    </Stack>
  );
}
