// What a node is called in short: in menus, on its handle, and where changes are announced.
import { isObject } from './json';
import type { Leaf, Match, Node } from './types';
import { isGroup } from './types';

export const spaced = (name: string): string => name.replaceAll('_', ' ');

const COUNTS = {
  '>=': 'at least',
  '>': 'more than',
  '=': 'exactly',
  '<=': 'at most',
  '<': 'fewer than',
};

/** "all of", "any of", "none of", "at least 2 of". */
export const matchWords = (match: Match, negated: boolean): string => {
  if (match === 'any') return negated ? 'none of' : 'any of';
  const words = match === 'all' ? 'all of' : `${COUNTS[match.op]} ${match.n} of`;
  return negated ? `not ${words}` : words;
};

const named = (names: string | string[]): string =>
  (Array.isArray(names) ? names : [names]).map(spaced).join(' or ');

const leafName = (leaf: Leaf): string => {
  switch (leaf.kind) {
    case 'attribute':
      return spaced(leaf.value.field);
    case 'did':
      return named(leaf.value.did);
    case 'metric':
      return typeof leaf.value.metric === 'string'
        ? spaced(leaf.value.metric)
        : `${leaf.value.metric.agg} of ${named(leaf.value.metric.on)}`;
    case 'sequence':
      return `sequence of ${leaf.value.sequence.map((step) => named(step.did)).join(', then ')}`;
    case 'segment':
      return `segment ${leaf.value.segment}`;
    case 'list':
      return `list ${leaf.value.list}`;
    case 'near':
      return `${spaced(leaf.value.near.field)} area`;
    case 'bucket':
      return `random share ${leaf.value.bucket.salt}`;
    case 'facets':
      return Object.keys(leaf.value).map(spaced).join(' and ') || 'facets';
    default:
      return isObject(leaf.value) ? 'condition in JSON' : 'JSON';
  }
};

export const nameOf = (node: Node): string =>
  isGroup(node) ? `group: ${matchWords(node.match, node.negated)}` : leafName(node);
