// The drawn graph, moved by dragging and zoomed by buttons, pinching, or Ctrl and the wheel.
import '@xyflow/react/dist/style.css';
import { useComputedColorScheme } from '@mantine/core';
import { useReducedMotion } from '@mantine/hooks';
import { Background, Controls, MarkerType, MiniMap, ReactFlow } from '@xyflow/react';
import { type KeyboardEvent, useMemo } from 'react';
import classes from './LineageGraph.module.css';
import { drawn, edgeKey, NODE_HEIGHT, NODE_WIDTH } from './layout';
import type { Graph } from './lineage';
import { type CardNode, NodeCard } from './NodeCard';
import { RoutedEdge } from './RoutedEdge';

type Props = {
  label: string;
  graph: Graph;
  selected: string | null;
  onSelect: (key: string | null) => void;
  height: number;
};

const TYPES = { card: NodeCard };
const LINES = { routed: RoutedEdge };
const MOST_WITHOUT_MAP = 8;
const FIT = { padding: 0.08, maxZoom: 1, minZoom: 0.4 };
const NAMES = {
  'controls.ariaLabel': 'Zoom of the graph',
  'controls.zoomIn.ariaLabel': 'Zoom in',
  'controls.zoomOut.ariaLabel': 'Zoom out',
  'controls.fitView.ariaLabel': 'Show the whole graph',
  'minimap.ariaLabel': 'Map of the graph',
  'node.a11yDescription.default': 'Press Enter for details, Escape to close them.',
};

export default function LineageCanvas({ label, graph, selected, onSelect, height }: Props) {
  const scheme = useComputedColorScheme('dark');
  const still = useReducedMotion();
  const drawing = useMemo(() => drawn(graph), [graph]);
  const nodes = useMemo(
    () =>
      drawing.nodes.map(
        (node): CardNode => ({
          id: node.key,
          type: 'card',
          position: { x: node.x, y: node.y },
          width: NODE_WIDTH,
          height: NODE_HEIGHT,
          data: { node },
          selected: node.key === selected,
          ariaRole: 'button',
        }),
      ),
    [drawing, selected],
  );
  const edges = useMemo(() => {
    const titles = new Map(graph.nodes.map((node) => [node.key, node.title ?? node.name]));
    return graph.edges.map(({ source, target }) => ({
      id: edgeKey({ source, target }),
      type: 'routed',
      source,
      target,
      data: { path: drawing.paths.get(edgeKey({ source, target })) ?? '' },
      focusable: false,
      selectable: false,
      markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--mu-faint)' },
      style: {
        stroke: [source, target].includes(selected ?? '') ? 'var(--mu-text)' : 'var(--mu-faint)',
        strokeWidth: [source, target].includes(selected ?? '') ? 2 : 1.25,
      },
      ariaLabel: `${titles.get(source)} feeds ${titles.get(target)}`,
    }));
  }, [graph, drawing, selected]);
  const close = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onSelect(null);
  };
  return (
    <div className={classes.canvas} style={{ height }}>
      <ReactFlow
        aria-label={label}
        nodes={nodes}
        edges={edges}
        nodeTypes={TYPES}
        edgeTypes={LINES}
        colorMode={scheme}
        ariaLabelConfig={NAMES}
        onNodesChange={(changes) => {
          for (const change of changes)
            if (change.type === 'select' && change.selected) onSelect(change.id);
        }}
        onPaneClick={() => onSelect(null)}
        onKeyDown={close}
        nodesDraggable={false}
        nodesConnectable={false}
        edgesFocusable={false}
        deleteKeyCode={null}
        selectionKeyCode={null}
        multiSelectionKeyCode={null}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.2}
        maxZoom={2}
        fitView
        fitViewOptions={{ ...FIT, duration: still ? 0 : 150 }}
      >
        <Background gap={24} color="var(--mu-line)" />
        <Controls showInteractive={false} fitViewOptions={FIT} />
        {graph.nodes.length > MOST_WITHOUT_MAP && (
          <MiniMap
            pannable
            zoomable
            nodeColor={(node) => (node.id === selected ? 'var(--mu-text)' : 'var(--mu-faint)')}
            bgColor="var(--mu-surface)"
            maskColor="var(--mu-line)"
          />
        )}
      </ReactFlow>
    </div>
  );
}
