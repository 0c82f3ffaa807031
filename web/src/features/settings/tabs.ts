// The parts of the settings: their names, and what one must be allowed to see them.
import type { Permission } from '@/api/session';
import type { Role } from './roles';

export type Tab = {
  name: string;
  label: string;
  /** Missing: everybody may. */
  needs?: Permission;
};

export const TABS = [
  { name: 'people', label: 'People' },
  { name: 'tokens', label: 'API tokens' },
  { name: 'audit', label: 'Audit log', needs: 'read_audit' },
  { name: 'notifications', label: 'Notifications', needs: 'operate' },
  { name: 'approvals', label: 'Approvals' },
  { name: 'workspace', label: 'Workspace' },
  { name: 'account', label: 'Your account' },
  { name: 'about', label: 'About' },
] as const satisfies readonly Tab[];

export type TabName = (typeof TABS)[number]['name'];

/** The tab an address names; the first one where it names none. */
export const tabOf = (named: string | undefined): Tab & { name: TabName } =>
  TABS.find(({ name }) => name === named) ?? TABS[0];

/** The least role that may do something. */
export const LEAST_ROLE: Record<Permission, Role> = {
  read: 'viewer',
  edit: 'analyst',
  run: 'analyst',
  export: 'analyst',
  operate: 'operator',
  see_personal: 'operator',
  edit_orders: 'operator',
  read_audit: 'admin',
  administer: 'admin',
};
