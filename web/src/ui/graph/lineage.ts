// What a segment is made of and what is made of it, as nodes and edges in columns from left to
// right: sources, parents, this one, children, destinations.
import type { Schemas } from '@/api/client';
import { plural } from '@/lib/format';

export type NodeKind = 'source' | 'list' | 'segment' | 'this' | 'destination';
export type GraphNode = {
  key: string;
  kind: NodeKind;
  name: string;
  /** What people call it; the name, if there is nothing else. */
  title?: string;
  segmentId?: number | null;
  size?: number | null;
  version?: number | null;
  /** How many newer versions it has than the one that was used. */
  versionsBehind?: number;
  note?: string;
};
export type GraphEdge = { source: string; target: string };
export type Graph = { nodes: GraphNode[]; edges: GraphEdge[] };

const KINDS: Record<string, NodeKind> = { table: 'source', list: 'list', segment: 'segment' };

export const KIND_LABELS: Record<NodeKind, string> = {
  source: 'Source',
  list: 'List',
  segment: 'Segment',
  this: 'This segment',
  destination: 'Destination',
};

/** The graph of what `GET /api/segments/{id}/lineage` says, its children with it. */
export const graphOf = (
  body: Schemas['LineageBody'],
  extra: { titles?: ReadonlyMap<string, string>; destinations?: GraphNode[] } = {},
): Graph => {
  const here = `segment:${body.segment}`;
  const titled = (name: string) => extra.titles?.get(name);
  const nodes: GraphNode[] = body.nodes.map((node) => ({
    key: node.key,
    kind: node.key === here ? 'this' : (KINDS[node.kind] ?? 'source'),
    name: node.name,
    title: titled(node.name),
    segmentId: node.segment_id,
    size: node.row_count,
    version: node.version,
    versionsBehind: node.versions_behind,
  }));
  if (!nodes.some((node) => node.key === here))
    nodes.push({ key: here, kind: 'this', name: body.segment, title: titled(body.segment) });
  const children: GraphNode[] = body.children
    .map(
      (child): GraphNode => ({
        key: `segment:${child.name}`,
        kind: 'segment',
        name: child.name,
        title: titled(child.name),
        segmentId: child.id,
      }),
    )
    .filter((child) => !nodes.some((node) => node.key === child.key));
  const after = [...children, ...(extra.destinations ?? [])];
  return {
    nodes: [...nodes, ...after],
    edges: [...body.edges, ...after.map(({ key }) => ({ source: here, target: key }))],
  };
};

/** In which column each node stands: a step right of everything that feeds it. */
export const columnsOf = ({ nodes, edges }: Graph): Map<string, number> => {
  const columns = new Map(nodes.map((node) => [node.key, 0]));
  // Longest paths; as many rounds as there are nodes end it even if there were a circle.
  for (let round = 0; round < nodes.length; round += 1) {
    let moved = false;
    for (const { source, target } of edges) {
      const next = (columns.get(source) ?? 0) + 1;
      if (next > (columns.get(target) ?? 0) && next < nodes.length) {
        columns.set(target, next);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return columns;
};

/** What feeds a node, and what it feeds, by title. */
export const neighbours = ({ nodes, edges }: Graph, key: string) => {
  const titles = (keys: string[]) =>
    nodes.filter((node) => keys.includes(node.key)).map((node) => node.title ?? node.name);
  return {
    from: titles(edges.filter((edge) => edge.target === key).map((edge) => edge.source)),
    to: titles(edges.filter((edge) => edge.source === key).map((edge) => edge.target)),
  };
};

/** "2 versions behind", or nothing where the newest was used. */
export const lag = (node: GraphNode): string | null =>
  node.versionsBehind ? `${plural(node.versionsBehind, 'version')} behind` : null;

/** "2 sources, 3 parents, no children, no destinations". */
export const summary = (graph: Graph): string => {
  const here = graph.nodes.find((node) => node.kind === 'this')?.key ?? '';
  const next = (key: string) => graph.edges.filter((edge) => edge.source === key);
  const children = next(here).filter((edge) => edge.target.startsWith('segment:')).length;
  const kinds = (...wanted: NodeKind[]) =>
    graph.nodes.filter((node) => wanted.includes(node.kind)).length;
  const some = (number: number, one: string, many?: string) =>
    number === 0 ? `no ${many ?? `${one}s`}` : plural(number, one, many);
  return [
    some(kinds('source', 'list'), 'source'),
    some(kinds('segment') - children, 'parent'),
    some(children, 'child', 'children'),
    some(kinds('destination'), 'destination'),
  ].join(', ');
};
