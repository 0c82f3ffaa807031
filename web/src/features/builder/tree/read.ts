// JSON -> tree. Takes everything the server takes; what has no editor becomes a raw leaf.
import { isObject } from './json';
import { kindOf, NODE_NAMES } from './shapes';
import type {
  Around,
  Audience,
  CountOperator,
  Group,
  Json,
  JsonObject,
  Leaf,
  Limit,
  Match,
  Node,
  Operation,
} from './types';
import { isGroup } from './types';

let made = 0;
export const newId = (): string => {
  made += 1;
  return `n${made}`;
};

export const newGroup = (match: Match, children: Node[] = [], negated = false): Group => ({
  kind: 'group',
  id: newId(),
  match,
  negated,
  children,
});

export const newAround = (): Around => ({
  universe: null,
  limit: null,
  tz: null,
  ttl: null,
  start_date: null,
  end_date: null,
  depends_on: [],
  operation: null,
  others: {},
});

export const emptyAudience = (): Audience => ({
  include: newGroup('all'),
  exclude: newGroup('any'),
  around: newAround(),
});

const COUNTS: readonly Json[] = ['>=', '>', '=', '<=', '<'];
const only = (value: JsonObject, ...names: string[]): boolean =>
  Object.keys(value).length === names.length && names.every((name) => name in value);

const countOf = (value: Json): Match | null => {
  if (!isObject(value) || !Number.isInteger(value.n)) return null;
  const { n, op = '>=', ...others } = value;
  if (Object.keys(others).length || !COUNTS.includes(op)) return null;
  return { op: op as CountOperator, n: n as number };
};

const readGroup = (value: Json): Group | null => {
  if (Array.isArray(value)) return newGroup('all', value.map(readNode));
  if (!isObject(value)) return null;
  for (const match of ['all', 'any'] as const)
    if (only(value, match) && Array.isArray(value[match]))
      return newGroup(match, value[match].map(readNode));
  if (only(value, 'count', 'of') && Array.isArray(value.of)) {
    const match = countOf(value.count);
    if (match) return newGroup(match, value.of.map(readNode));
  }
  return null;
};

/** `operator` is another name of `op`; from here on there is only `op`. */
const oneName = (value: JsonObject): JsonObject => {
  if (!('operator' in value) || 'op' in value) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, said]) => [name === 'operator' ? 'op' : name, said]),
  );
};

/** One condition of any kind, groups included. */
export function readNode(value: Json): Node {
  if (isObject(value) && only(value, 'not')) {
    const child = readNode(value.not);
    // Not of not is the thing itself, for true, false and unknown alike.
    return { ...child, negated: !child.negated };
  }
  const group = readGroup(value);
  if (group) return group;
  const kind = kindOf(value);
  const said = kind === 'raw' ? value : oneName(value as JsonObject);
  return { kind, id: newId(), negated: false, value: said } as Leaf;
}

/** A condition as a group: itself, or all of the one condition that it is. */
export const readAsGroup = (value: Json): Group => {
  const node = readNode(value);
  return isGroup(node) ? node : newGroup('all', [node]);
};

/** Whether a condition can stand in the definition's own `exclude`: a list or segment, plainly. */
export const isExclusion = (node: Node): boolean =>
  !node.negated &&
  (node.kind === 'segment' || node.kind === 'list') &&
  (node.value as { in?: boolean }).in !== false;

/**
 * Split off the last `not any of …`: that is how the exclude block is written. One that holds a
 * list or a segment stays where it is, for these go to `exclude`, which counts after the limit.
 */
const splitExclude = (where: Group): [Group, Node[]] => {
  const last = where.children.at(-1);
  const splits =
    where.match === 'all' &&
    !where.negated &&
    where.children.length > 1 &&
    last?.kind === 'group' &&
    last.match === 'any' &&
    last.negated &&
    !last.children.some(isExclusion);
  if (!splits) return [where, []];
  const rest = where.children.slice(0, -1);
  const [first] = rest;
  const include =
    rest.length === 1 && first?.kind === 'group' ? first : { ...where, children: rest };
  return [include, last.children];
};

const AROUND: Record<string, (value: Json) => boolean> = {
  universe: (value) => typeof value === 'string' || isObject(value) || Array.isArray(value),
  limit: (value) =>
    isObject(value) && Number.isInteger(value.n) && typeof value.rank_by === 'string',
  tz: (value) => typeof value === 'string',
  ttl: (value) => typeof value === 'string',
  start_date: (value) => typeof value === 'string',
  end_date: (value) => typeof value === 'string',
  depends_on: (value) =>
    ['string', 'number'].includes(typeof value) ||
    (Array.isArray(value) && value.every((item) => ['string', 'number'].includes(typeof item))),
  operation: (value) =>
    typeof value === 'string' &&
    ['INTERSECTION', 'UNION', 'DIFFERENCE'].includes(value.toUpperCase()),
};
/** What a document says beside its condition; the page around the builder has fields for it. */
const OF_THE_PAGE = ['name', 'rule_name', 'title', 'description', 'tags', 'schedule'];
const SAYS_NOTHING = ['v', 'key', 'subject', 'as_of', 'where', 'conditions'];

const readAround = (value: JsonObject): Around => {
  const said: JsonObject = {};
  const others: JsonObject = {};
  for (const [name, part] of Object.entries(value)) {
    if (part === null || [...OF_THE_PAGE, ...SAYS_NOTHING, 'exclude'].includes(name)) continue;
    (AROUND[name]?.(part) ? said : others)[name] = part;
  }
  const parents = said.depends_on ?? [];
  return {
    ...newAround(),
    ...said,
    universe:
      said.universe === undefined || typeof said.universe === 'string'
        ? ((said.universe as string | undefined) ?? null)
        : readAsGroup(said.universe),
    limit: (said.limit as Limit | undefined) ?? null,
    depends_on: (Array.isArray(parents) ? parents : [parents]) as (string | number)[],
    operation: ((said.operation as string | undefined)?.toUpperCase() as Operation) ?? null,
    others,
  };
};

/** Whether an object is a rule around a condition, not a condition by itself. */
const isDefinition = (value: Json): value is JsonObject =>
  isObject(value) &&
  !Object.keys(value).some((name) => NODE_NAMES.has(name)) &&
  Object.keys(value).some(
    (name) => name in AROUND || ['where', 'conditions', 'exclude'].includes(name),
  );

/** Read a definition, a document, a list of conditions or a bare condition. */
export const readDefinition = (json: Json): Audience => {
  if (!isDefinition(json)) {
    if (json === null || json === undefined || (isObject(json) && !Object.keys(json).length))
      return emptyAudience();
    const [include, unwanted] = splitExclude(readAsGroup(json));
    return { ...emptyAudience(), include, exclude: newGroup('any', unwanted) };
  }
  const around = readAround(json);
  const where = json.where ?? json.conditions ?? [];
  const [include, unwanted] = splitExclude(readAsGroup(where));
  const exclusions = Array.isArray(json.exclude) ? json.exclude.map(readNode) : [];
  if (exclusions.every(isExclusion)) unwanted.push(...exclusions);
  else around.others.exclude = json.exclude;
  return { include, exclude: newGroup('any', unwanted), around };
};
