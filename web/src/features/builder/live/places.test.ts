import { describe, expect, it } from 'vitest';
import { readDefinition } from '../tree/read';
import { writeDefinition } from '../tree/write';
import { conditionOf, rowAt, rowIds } from './places';

const paths = new Map([
  ['$.where', 'root'],
  ['$.where.all[0]', 'a'],
  ['$.where.all[0].where', 'inner'],
  ['$.where.all[1]', 'b'],
  ['$.where.all[1].not', 'b'],
]);
const rows = new Set(['root', 'a', 'b']);

it.each([
  ['$.where.all[0]', 'a'],
  ['$.where.all[0].age_bands', 'a'],
  ['$.where.all[0].where[1].field', 'a'],
  ['$.where.all[1].not.value', 'b'],
  ['$.where.all[2]', 'root'],
  ['$.limit', undefined],
  ['$', undefined],
])('%s stands in the row %s', (path, id) => expect(rowAt(paths, path, rows)).toBe(id));

describe('the condition of a row', () => {
  const at = (...found: string[]) => found.map((path) => ({ path }));
  it('is the one that stands in it', () => {
    expect(conditionOf(at('$.where.all[0]', '$.where.all[1].not'), paths, rows, 'b')).toBe(
      '$.where.all[1].not',
    );
  });
  it('is none where there are several, or nothing', () => {
    const facets = at('$.where.all[0].age_bands', '$.where.all[0].locations');
    expect(conditionOf(facets, paths, rows, 'a')).toBeUndefined();
    expect(conditionOf([], paths, rows, 'a')).toBeUndefined();
  });
});

it('knows every row of a real rule, and finds its conditions', () => {
  const audience = readDefinition({
    where: { any: [{ field: 'tier', op: '=', value: 1 }, { not: { segment: 'vip' } }] },
    exclude: [{ list: 'staff' }],
  });
  const written = writeDefinition(audience);
  const known = rowIds(audience);
  expect(known.size).toBe(5);
  const row = rowAt(written.paths, '$.where.any[0].value', known);
  expect(row).toBe(audience.include.children[0]?.id);
});
