// A rule as the builder holds it: two blocks of nested groups, and what stands around them.
import type { components } from '@/api/rule';

export type Json = unknown;
export type JsonObject = Record<string, unknown>;
type Rule = components['schemas'];

export type CountOperator = '>=' | '>' | '=' | '<=' | '<';
/** How many of a group's children must be true. */
export type Match = 'all' | 'any' | { op: CountOperator; n: number };

export type Group = {
  kind: 'group';
  id: string;
  match: Match;
  /** `any`, negated, is "none". */
  negated: boolean;
  children: Node[];
};

/** The JSON of each kind of condition, as the server takes it. */
export type Values = {
  attribute: Rule['attribute'];
  did: Rule['did'];
  metric: Rule['metric'];
  sequence: Rule['sequence'];
  segment: Rule['segment'];
  list: Rule['list'];
  near: Rule['near'];
  bucket: Rule['bucket'];
  facets: Rule['facets'];
  /** What no editor can show: kept as it is. */
  raw: Json;
};
export type Kind = keyof Values;
export type LeafOf<K extends Kind> = { kind: K; id: string; negated: boolean; value: Values[K] };
export type Leaf = { [K in Kind]: LeafOf<K> }[Kind];
export type Node = Group | Leaf;

export type WindowValue = Rule['window'];
export type Bounds = NonNullable<Rule['attribute']['bounds']>;
export type Limit = NonNullable<Rule['definition']['limit']>;
export type Operation = 'INTERSECTION' | 'UNION' | 'DIFFERENCE';

export type Around = {
  /** The name of a universe of the data model, or a condition of its own. */
  universe: string | Group | null;
  limit: Limit | null;
  tz: string | null;
  ttl: string | null;
  start_date: string | null;
  end_date: string | null;
  /** Segments combined by `operation`; the conditions come on top. */
  depends_on: (string | number)[];
  operation: Operation | null;
  /** Parts of the definition that have no place here: kept as they are. */
  others: JsonObject;
};

export type Audience = { include: Group; exclude: Group; around: Around };

/** The definition as the API takes it, and where each node of the tree stands in it. */
export type Written = { definition: JsonObject; paths: Map<string, string> };

export const isGroup = (node: Node): node is Group => node.kind === 'group';
