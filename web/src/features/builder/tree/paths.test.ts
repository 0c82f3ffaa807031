// What the server says by path, on the right row.
import { expect, it } from 'vitest';
import { faultsOf, figuresOf, nodeAt } from './paths';
import { readDefinition } from './read';
import type { Group, Node } from './types';
import { readWhere } from './where';
import { writeDefinition } from './write';

const audience = readDefinition({
  where: [
    { interests: ['sports'], demographics: { gender: ['F'] } },
    { not: { age_bands: ['25-34'] } },
    { any: [{ segment: 'a' }, { not: { segment: 'b' } }] },
    { did: 'view', where: [{ field: 'genre', op: '=', value: 'x' }] },
  ],
  exclude: [{ list: 'staff' }],
});
const { paths } = writeDefinition(audience);
const [facets, negated, group, did] = audience.include.children as [Node, Node, Group, Node];

it.each([
  ['$.where[0].demographics.gender', facets.id],
  ['$.where[1].not.age_bands', negated.id],
  ['$.where[2].any[1].not', group.children[1]?.id],
  ['$.where[2]', group.id],
  ['$.where[3].times.n', did.id],
  ['$.exclude[0]', audience.exclude.children[0]?.id],
  ['$.where', audience.include.id],
  ['$.limit.n', null],
  ['$', null],
])('%s is on its row', (path, id) => {
  expect(nodeAt(paths, path)).toBe(id);
});

it('conditions on events have rows, too', () => {
  const where = readWhere(did.kind === 'did' ? did.value.where : null);
  expect(nodeAt(paths, '$.where[3].where[0].value')).toBe(where?.children[0]?.id);
});

it('figures: of what is negated, of what is counted in parts, of what is counted twice', () => {
  const count = (path: string, sentence: string, yes: number, no: number) => ({
    ...{ path, sentence, true: yes, false: no, unknown: 1 },
  });
  const figures = figuresOf(
    paths,
    [
      count('$.where[0].demographics.gender', 'a', 5, 4),
      count('$.where[0].interests', 'b', 3, 6),
      count('$.where[1].not.age_bands', 'c', 2, 7),
      count('$.where[2].any[0]', 'd', 1, 8),
      count('$.where[2].any[0]', 'd', 1, 8),
    ],
    10,
  );
  expect(Object.fromEntries(figures)).toEqual({
    [negated.id]: { true: 7, share: 0.7 },
    [group.children[0]?.id ?? '']: { true: 1, share: 0.1 },
  });
});

it('faults: on their rows, and those of the whole rule under nothing', () => {
  const fault = (path: string) => ({ code: 'X', path, sentence: path, hint: null });
  const found = faultsOf(paths, [fault('$.where[3].times'), fault('$.tz')]);
  expect(found.get(did.id)).toHaveLength(1);
  expect(found.get('')).toHaveLength(1);
});
