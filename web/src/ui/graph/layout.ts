// Where the nodes of a graph are drawn: columns by what feeds what, rows so that few lines cross.
import { Graph as Dagre, layout } from '@dagrejs/dagre';
import { columnsOf, type Graph, type GraphNode } from './lineage';

export const NODE_WIDTH = 216;
export const NODE_HEIGHT = 84;
const BETWEEN_COLUMNS = 84;
const BETWEEN_ROWS = 22;

export type Place = { x: number; y: number };
export type Placed = GraphNode & Place;
export type Drawing = {
  /** Column by column and from top to bottom: the order of Tab. */
  nodes: Placed[];
  /** The path of each edge, by its source and target; it leads around what stands between. */
  paths: Map<string, string>;
};

export const edgeKey = ({ source, target }: { source: string; target: string }): string =>
  `${source} ${target}`;

export const drawn = (graph: Graph): Drawing => {
  const columns = columnsOf(graph);
  const sheet = new Dagre();
  sheet.setGraph({ rankdir: 'LR', ranksep: BETWEEN_COLUMNS, nodesep: BETWEEN_ROWS });
  sheet.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes)
    sheet.setNode(node.key, { width: NODE_WIDTH, height: NODE_HEIGHT });
  for (const { source, target } of graph.edges) {
    // A source stays in the first column though what it feeds stands far to the right.
    const minlen = (columns.get(target) ?? 1) - (columns.get(source) ?? 0);
    sheet.setEdge(source, target, { minlen: Math.max(1, minlen) });
  }
  layout(sheet);
  const nodes = graph.nodes
    .map((node) => {
      const { x, y } = sheet.node(node.key) as { x: number; y: number };
      return { ...node, x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 };
    })
    .sort((one, other) => one.x - other.x || one.y - other.y);
  const at = new Map(nodes.map((node) => [node.key, node]));
  const paths = new Map(
    graph.edges.map((edge) => {
      const between = (sheet.edge(edge.source, edge.target) as { points: Place[] }).points;
      const [from, to] = [at.get(edge.source), at.get(edge.target)];
      const middle = NODE_HEIGHT / 2;
      const start = from && { x: from.x + NODE_WIDTH, y: from.y + middle };
      const end = to && { x: to.x, y: to.y + middle };
      // One point between neighbours bends the line for nothing.
      const around = between.length > 3 ? between.slice(1, -1) : [];
      const points = [start, ...around, end].filter((one) => one !== undefined);
      return [edgeKey(edge), pathThrough(points)];
    }),
  );
  return { nodes, paths };
};

/** A line that leaves and reaches every point level. */
export const pathThrough = (points: Place[]): string =>
  points
    .map((point, place) => {
      const before = points[place - 1];
      if (before === undefined) return `M ${point.x} ${point.y}`;
      const middle = (before.x + point.x) / 2;
      return `C ${middle} ${before.y}, ${middle} ${point.y}, ${point.x} ${point.y}`;
    })
    .join(' ');
