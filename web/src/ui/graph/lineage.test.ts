import { describe, expect, it } from 'vitest';
import type { Schemas } from '@/api/client';
import { drawn, pathThrough } from './layout';
import { columnsOf, graphOf, lag, neighbours, summary } from './lineage';

const node = (key: string, more: Partial<Schemas['LineageNode']> = {}): Schemas['LineageNode'] => ({
  key,
  kind: key.split(':')[0] as string,
  name: key.split(':')[1] as string,
  segment_id: null,
  version: null,
  versions_behind: 0,
  row_count: null,
  ...more,
});
const body = {
  segment: 'here',
  version: 3,
  as_of: null,
  age_seconds: null,
  parents: [],
  children: [{ id: 9, name: 'child' }],
  nodes: [
    node('segment:here', { row_count: 12, version: 3, segment_id: 1 }),
    node('segment:parent', { row_count: 1200, version: 2, versions_behind: 2, segment_id: 2 }),
    node('table:profiles'),
    node('table:views'),
  ],
  edges: [
    { source: 'segment:parent', target: 'segment:here' },
    { source: 'table:profiles', target: 'segment:parent' },
    { source: 'table:profiles', target: 'segment:here' },
    { source: 'table:views', target: 'segment:here' },
  ],
} satisfies Schemas['LineageBody'];
const graph = graphOf(body, { titles: new Map([['parent', 'The parent']]) });

describe('the graph', () => {
  it('knows which segment it is about, and has its children', () => {
    expect(graph.nodes.map((one) => [one.key, one.kind])).toEqual([
      ['segment:here', 'this'],
      ['segment:parent', 'segment'],
      ['table:profiles', 'source'],
      ['table:views', 'source'],
      ['segment:child', 'segment'],
    ]);
    expect(graph.edges.at(-1)).toEqual({ source: 'segment:here', target: 'segment:child' });
  });

  it('shows a segment that was never refreshed alone', () => {
    const alone = graphOf({ ...body, children: [], nodes: [], edges: [] });
    expect(alone.nodes).toMatchObject([{ key: 'segment:here', kind: 'this' }]);
    expect(summary(alone)).toBe('no sources, no parents, no children, no destinations');
  });

  it('ends though there were a circle', () => {
    const circle = { nodes: graph.nodes, edges: [...graph.edges, ...graph.edges.map(turned)] };
    expect(Math.max(...columnsOf(circle).values())).toBeLessThan(graph.nodes.length);
  });
});

const turned = ({ source, target }: { source: string; target: string }) => ({
  source: target,
  target: source,
});

describe('places', () => {
  const { nodes: places, paths } = drawn(graph);
  const x = (key: string) => places.find((one) => one.key === key)?.x ?? Number.NaN;

  it('put what feeds left of what it feeds', () => {
    for (const { source, target } of graph.edges) expect(x(source)).toBeLessThan(x(target));
  });

  it('keep all sources in the first column', () =>
    expect(x('table:views')).toBe(x('table:profiles')));

  it('come in the order of reading', () => {
    const order = places.map((one) => one.key);
    expect(order.indexOf('table:views')).toBeLessThan(order.indexOf('segment:parent'));
    expect(order.at(-1)).toBe('segment:child');
  });

  it('have a path for each edge, from side to side', () => {
    expect(paths.size).toBe(graph.edges.length);
    const points = [
      { x: 0, y: 0 },
      { x: 10, y: 4 },
    ];
    expect(pathThrough(points)).toBe('M 0 0 C 5 0, 5 4, 10 4');
  });

  it('do not lie over one another', () =>
    expect(new Set(places.map((one) => `${one.x} ${one.y}`)).size).toBe(places.length));
});

describe('words', () => {
  it('say how far behind a parent was', () => {
    const parent = graph.nodes[1] as (typeof graph.nodes)[number];
    expect(lag(parent)).toBe('2 versions behind');
  });

  it('sum the graph up', () =>
    expect(summary(graph)).toBe('2 sources, 1 parent, 1 child, no destinations'));

  it('name what feeds a node and what it feeds', () =>
    expect(neighbours(graph, 'segment:here')).toEqual({
      from: ['The parent', 'profiles', 'views'],
      to: ['child'],
    }));
});
