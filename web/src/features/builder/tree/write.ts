// Tree -> JSON, with the server's path of every node. Groups without conditions say nothing and
// are left out: the server would refuse them, and half a thought must not stop the counting.
import { kept } from './json';
import { isExclusion } from './read';
import type { Audience, Group, Json, Leaf, Node, Written } from './types';
import { isGroup } from './types';
import { readWhere } from './where';

type Paths = Map<string, string>;

/** Whether a node says anything: a group does if something in it does. */
export const says = (node: Node): boolean => !isGroup(node) || node.children.some(says);

const writeChildren = (children: Node[], path: string, paths: Paths): Json[] =>
  children.filter(says).map((child, place) => writeNode(child, `${path}[${place}]`, paths));

/** One condition tree; `bare`: a plain group of all is written as a list. */
export const writeNode = (node: Node, path: string, paths: Paths, bare = false): Json => {
  paths.set(path, node.id);
  const inner = node.negated ? `${path}.not` : path;
  paths.set(inner, node.id);
  const said = isGroup(node)
    ? writeGroup(node, inner, paths, bare && !node.negated)
    : writeLeaf(node, inner, paths);
  return node.negated ? { not: said } : said;
};

const writeGroup = (group: Group, path: string, paths: Paths, bare: boolean): Json => {
  const { match, children } = group;
  if (match === 'all' && bare) return writeChildren(children, path, paths);
  if (match === 'all' || match === 'any')
    return { [match]: writeChildren(children, `${path}.${match}`, paths) };
  return { count: match, of: writeChildren(children, `${path}.of`, paths) };
};

const writeLeaf = (leaf: Leaf, path: string, paths: Paths): Json => {
  for (const [where, at] of nested(leaf, path)) {
    const group = readWhere(where);
    if (group) writeNode(group, at, paths, Array.isArray(where));
  }
  return leaf.value;
};

/** The conditions on events inside a leaf, each with its path. */
const nested = (leaf: Leaf, path: string): [Json, string][] => {
  if (leaf.kind === 'did') return [[leaf.value.where, `${path}.where`]];
  if (leaf.kind === 'sequence')
    return leaf.value.sequence.map((step, place) => [
      step.where,
      `${path}.sequence[${place}].where`,
    ]);
  if (leaf.kind !== 'metric') return [];
  const { metric, where } = leaf.value;
  const inside = typeof metric === 'object' ? metric.where : undefined;
  return [
    [where, `${path}.where`],
    [inside, `${path}.metric.where`],
  ];
};

const isPlainAll = (group: Group): boolean => group.match === 'all' && !group.negated;

/** The tree as a definition, for saving and counting. */
export const writeDefinition = ({ include, exclude, around }: Audience): Written => {
  const paths: Paths = new Map();
  const { universe, depends_on: parents, others } = around;
  const where = writeWhere(include, exclude, paths);
  const left = exclude.children
    .filter(isExclusion)
    .map((node, place) => writeNode(node, `$.exclude[${place}]`, paths));
  for (const place of parents.keys()) paths.set(`$.depends_on[${place}]`, include.id);
  const definition = kept({
    depends_on: parents.length ? parents : undefined,
    operation: around.operation ?? undefined,
    universe: writeUniverse(universe, paths),
    where: parents.length && Array.isArray(where) && !where.length ? undefined : where,
    limit: around.limit ?? undefined,
    start_date: around.start_date ?? undefined,
    end_date: around.end_date ?? undefined,
    tz: around.tz ?? undefined,
    ttl: around.ttl ?? undefined,
    ...others,
    exclude: Array.isArray(others.exclude)
      ? [...others.exclude, ...left]
      : (others.exclude ?? (left.length ? left : undefined)),
  });
  return { definition, paths };
};

/** The condition: the include block, and the exclude block as its last part. */
const writeWhere = (include: Group, exclude: Group, paths: Paths): Json => {
  const unwanted = exclude.children.filter((node) => !isExclusion(node));
  const none: Group = { ...exclude, match: 'any', negated: true, children: unwanted };
  if (!says(none)) {
    if (!says(include)) return [];
    return writeNode(include, '$.where', paths, true);
  }
  if (!isPlainAll(include) && says(include))
    return [writeNode(include, '$.where[0]', paths), writeNode(none, '$.where[1]', paths)];
  paths.set('$.where', include.id);
  const wanted = writeChildren(include.children, '$.where', paths);
  return [...wanted, writeNode(none, `$.where[${wanted.length}]`, paths)];
};

const writeUniverse = (universe: string | Group | null, paths: Paths): Json => {
  if (universe === null || universe === '') return undefined;
  if (typeof universe === 'string') return universe;
  return says(universe) ? writeNode(universe, '$.universe', paths, true) : undefined;
};
