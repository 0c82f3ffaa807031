// What the page of rules works out: its address, and what may be done with a rule.
import type { Schemas } from '@/api/client';
import type { Permission } from '@/api/session';

export type Rule = Schemas['RuleBody'];
export type Status = Rule['status'];
export type Order = 'id' | 'name' | 'title' | 'updated';

export type RulesSearch = {
  page?: number;
  search?: string;
  tag?: string;
  owner?: string;
  status?: Status;
  scheduled?: boolean;
  order?: Order;
};

export const STATUSES: { value: Status; label: string }[] = [
  { value: 'published', label: 'Published' },
  { value: 'draft', label: 'Draft' },
  { value: 'archived', label: 'Archived' },
];
const ORDERS: Order[] = ['id', 'name', 'title', 'updated'];

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** Read the filters of an address; what makes no sense is left out. */
export const readSearch = (search: Record<string, unknown>): RulesSearch => ({
  page: typeof search.page === 'number' && search.page > 0 ? Math.floor(search.page) : undefined,
  search: text(search.search),
  tag: text(search.tag),
  owner: text(search.owner),
  status: STATUSES.find(({ value }) => value === search.status)?.value,
  scheduled: search.scheduled === true ? true : undefined,
  order: ORDERS.find((order) => order === search.order),
});

export const isFiltered = (search: RulesSearch): boolean =>
  Boolean(search.search || search.tag || search.owner || search.status || search.scheduled);

export type Step = 'publish' | 'discard' | 'archive' | 'unarchive' | 'delete';

/** The steps of its life that a rule can take now, for who may take them. */
export const stepsOf = (
  rule: Pick<Rule, 'status' | 'has_draft' | 'published_version'>,
  can: (permission: Permission) => boolean,
): Step[] => {
  if (!can('edit')) return [];
  if (rule.status === 'archived') return ['unarchive', 'delete'];
  const draft: Step[] = rule.has_draft
    ? ['publish', ...(rule.published_version === null ? [] : (['discard'] as Step[]))]
    : [];
  return [...draft, 'archive', 'delete'];
};
