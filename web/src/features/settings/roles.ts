// The four roles, what each may do, in words.
import type { Schemas } from '@/api/client';

export type Role = Schemas['Role'];
export type Permission = Schemas['Permission'];

export const ROLES: { value: Role; label: string; sentence: string }[] = [
  { value: 'viewer', label: 'Viewer', sentence: 'Sees rules, segments and runs.' },
  { value: 'analyst', label: 'Analyst', sentence: 'Builds rules and refreshes segments.' },
  { value: 'operator', label: 'Operator', sentence: 'Keeps it running, and sees personal data.' },
  { value: 'admin', label: 'Admin', sentence: 'Looks after people, tokens and settings.' },
];

/** What may be done, with the role that is the first to do it. */
export const PERMISSIONS: { value: Permission; label: string; from: Role }[] = [
  { value: 'read', label: 'See rules, segments and runs, personal data masked', from: 'viewer' },
  { value: 'edit', label: 'Build and change rules', from: 'analyst' },
  { value: 'run', label: 'Refresh segments and cancel runs', from: 'analyst' },
  { value: 'export', label: 'Take members out, personal data masked', from: 'analyst' },
  { value: 'operate', label: 'Schedules, approvals and notification channels', from: 'operator' },
  { value: 'see_personal', label: 'See personal data; every look is logged', from: 'operator' },
  { value: 'edit_orders', label: 'Correct orders at the order desk', from: 'operator' },
  { value: 'read_audit', label: 'Read the audit log', from: 'admin' },
  { value: 'administer', label: 'People, tokens of others, and settings', from: 'admin' },
];

const rankOf = (role: Role): number => ROLES.findIndex(({ value }) => value === role);

export const roleLabel = (role: Role): string => ROLES[rankOf(role)]?.label ?? role;

/** Whether a role may do something: each has all the permissions of those before it. */
export const mayDo = (role: Role, permission: Permission): boolean => {
  const from = PERMISSIONS.find(({ value }) => value === permission)?.from;
  return from !== undefined && rankOf(role) >= rankOf(from);
};

/** The roles one may give away: those up to one's own. */
export const rolesUpTo = (role: Role): typeof ROLES => ROLES.slice(0, rankOf(role) + 1);

/** The permissions of a role, the plainest first. */
export const permissionsOf = (role: Role): typeof PERMISSIONS =>
  PERMISSIONS.filter(({ value }) => mayDo(role, value));
