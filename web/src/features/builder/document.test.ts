import { describe, expect, it } from 'vitest';
import type { RuleDetail } from '@/api/queries';
import {
  canonical,
  definitionOf,
  detailsOf,
  NEW_DETAILS,
  readDocument,
  sameContent,
  technicalName,
  written,
} from './document';

const rule = {
  title: 'VIP',
  rule_name: 'VIP',
  name: 'vip',
  description: 'Best',
  tags: ['value'],
  schedule: '@daily',
  depends_on: [],
  operation: null,
  conditions: null,
  where: { segment: 'best' },
  universe: 'reachable',
  limit: null,
  exclude: [{ list: 'staff' }],
} as unknown as RuleDetail;

describe('a saved rule', () => {
  it('means what its author wrote, and nothing that was left out', () =>
    expect(definitionOf(rule)).toEqual({
      universe: 'reachable',
      where: { segment: 'best' },
      exclude: [{ list: 'staff' }],
    }));

  it('is written back under its names', () => {
    const body = written({ details: detailsOf(rule), definition: definitionOf(rule) });
    expect(body).toMatchObject({ rule_name: 'VIP', name: 'vip', schedule: '@daily' });
    expect(body).not.toHaveProperty('title');
  });
});

describe('JSON that somebody pastes', () => {
  it.each<[unknown, unknown, unknown]>([
    [[{ segment: 'a' }], { where: [{ segment: 'a' }] }, {}],
    [{ segment: 'a' }, { where: { segment: 'a' } }, {}],
    [{ where: { segment: 'a' }, limit: null }, { where: { segment: 'a' } }, {}],
    [
      { rule_name: 'A', tags: ['x', 1], status: 'draft', conditions: [{ segment: 'a' }] },
      { conditions: [{ segment: 'a' }] },
      { title: 'A', tags: ['x'] },
    ],
    [
      { name: 'a', title: 'A', where: {}, v: 1, schedule: '@daily' },
      { where: {}, v: 1 },
      { name: 'a', title: 'A', schedule: '@daily' },
    ],
  ])('%j is cut into meaning and details', (value, definition, details) =>
    expect(readDocument(value)).toEqual({ definition, details }),
  );
});

it.each([
  ['High Value Customers!', 'high_value_customers'],
  ['Café au lait', 'cafe_au_lait'],
  ['18 to 24', 'rule_18_to_24'],
  ['  ', ''],
  ['日本', ''],
  [`${'a'.repeat(62)} b`, 'a'.repeat(62)],
])('"%s" is called %s', (title, name) => expect(technicalName(title)).toBe(name));

it('compares contents whatever the order of members', () => {
  expect(canonical({ b: [1, { d: 1, c: undefined }], a: 2 })).toBe('{"a":2,"b":[1,{"d":1}]}');
  const one = { details: NEW_DETAILS, definition: { where: { field: 'a', op: '=' } } };
  const other = { details: NEW_DETAILS, definition: { where: { op: '=', field: 'a' } } };
  expect(sameContent(one, other)).toBe(true);
  expect(sameContent(one, { ...one, details: { ...NEW_DETAILS, title: 'x' } })).toBe(false);
});
