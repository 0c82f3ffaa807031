import { expect, it } from 'vitest';
import { mayDo, PERMISSIONS, permissionsOf, ROLES, rolesUpTo } from './roles';
import { LEAST_ROLE, tabOf } from './tabs';

it.each([
  ['viewer', 1],
  ['analyst', 4],
  ['operator', 7],
  ['admin', 9],
] as const)('a %s has %s permissions', (role, many) =>
  expect(permissionsOf(role)).toHaveLength(many),
);

it('gives each role what the one before has', () => {
  for (const [place, { value }] of ROLES.entries())
    for (const before of ROLES.slice(0, place))
      for (const { value: permission } of permissionsOf(before.value))
        expect(mayDo(value, permission)).toBe(true);
});

it('names the least role of each permission once', () => {
  for (const { value, from } of PERMISSIONS) expect(LEAST_ROLE[value]).toBe(from);
});

it('lets nobody give away more than they have', () => {
  expect(rolesUpTo('analyst').map(({ value }) => value)).toEqual(['viewer', 'analyst']);
});

it('shows the first tab for an address it does not know', () => {
  expect(tabOf('audit').name).toBe('audit');
  expect(tabOf('nothing').name).toBe('people');
  expect(tabOf(undefined).name).toBe('people');
});
