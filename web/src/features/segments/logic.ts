// What the list is asked for, as it stands in the address; saved views; documents for bulk tags.
import type { Schemas } from '@/api/client';
import type { Sorting } from '@/ui/DataTable';

export type SegmentRow = Schemas['SegmentBody'];
export type Freshness = Schemas['Freshness'];
export type Order = Schemas['SegmentOrder'];

export type SegmentSearch = {
  search?: string;
  tag?: string;
  owner?: string;
  freshness?: Freshness;
  order?: Order;
  page?: number;
  view?: 'cards';
};

export const FRESHNESS: { value: Freshness; label: string }[] = [
  { value: 'fresh', label: 'Fresh' },
  { value: 'stale', label: 'Stale' },
  { value: 'never', label: 'Never refreshed' },
];
export const ORDERS: { value: Order; label: string }[] = [
  { value: 'name', label: 'By name' },
  { value: 'size', label: 'Largest first' },
  { value: 'refreshed', label: 'Last refreshed first' },
  { value: 'id', label: 'Oldest first' },
];
/** A rule's sentence without what every one of them says. */
export const telling = (sentence: string): string => {
  const shown = sentence
    .replace(/^[^:]{1,60} matching (?:all of|this): /, '')
    .replace(/ Days are days in \S+\.$/, '');
  return shown.charAt(0).toUpperCase() + shown.slice(1);
};

const USUAL_ORDER: Order = 'name';

const text = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value) || undefined : undefined;

const oneOf = <Value extends string>(
  value: unknown,
  choices: { value: Value }[],
): Value | undefined => choices.find((choice) => choice.value === value)?.value;

/** What an address says, and nothing else; what makes no sense is left out. */
export const readSearch = (search: Record<string, unknown>): SegmentSearch => {
  const page = Number(search.page);
  return {
    search: text(search.search),
    tag: text(search.tag),
    owner: text(search.owner),
    freshness: oneOf(search.freshness, FRESHNESS),
    order: oneOf(search.order, ORDERS),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
    view: search.view === 'cards' ? 'cards' : undefined,
  };
};

export const isFiltered = ({ search, tag, owner, freshness }: SegmentSearch): boolean =>
  Boolean(search || tag || owner || freshness);

export const orderOf = ({ order }: SegmentSearch): Order => order ?? USUAL_ORDER;

/** Names rise; sizes and instants fall, as the server lists them. */
export const sortingOf = (search: SegmentSearch): Sorting => {
  const by = orderOf(search);
  return { by, descending: by === 'size' || by === 'refreshed' };
};

/** A view somebody gave a name; the page is no part of it. */
export type SavedView = { name: string; search: SegmentSearch };

export const MOST_VIEWS = 30;

/** The views that were kept; whatever else is kept there is ignored. */
export const readViews = (kept: unknown): SavedView[] =>
  Array.isArray(kept)
    ? kept
        .filter(
          (one): one is { name: string; search: Record<string, unknown> } =>
            typeof one?.name === 'string' && typeof one?.search === 'object' && one.search !== null,
        )
        .map(({ name, search }) => ({ name, search: readSearch(search) }))
    : [];

/** The views with one more, or with another search under the same name; by name. */
export const withView = (views: SavedView[], { name, search }: SavedView): SavedView[] =>
  [
    ...views.filter((view) => view.name !== name),
    { name, search: { ...search, page: undefined } },
  ].sort((a, b) => a.name.localeCompare(b.name));

const same = (a: SegmentSearch, b: SegmentSearch): boolean =>
  (['search', 'tag', 'owner', 'freshness', 'view'] as const).every((key) => a[key] === b[key]) &&
  orderOf(a) === orderOf(b);

/** The view that is shown now, if it is one of those kept. */
export const viewShown = (views: SavedView[], search: SegmentSearch): SavedView | undefined =>
  views.find((view) => same(view.search, search));

type Rule = Schemas['RuleDetailBody'];

/** The whole of a rule as it is sent back, with other tags: what is left out is not kept. */
export const withTags = (rule: Rule, tags: string[]) => ({
  rule_name: rule.rule_name,
  name: rule.name,
  description: rule.description,
  schedule: rule.schedule,
  start_date: rule.start_date,
  end_date: rule.end_date,
  ...(rule.conditions != null ? { conditions: rule.conditions } : { where: rule.where }),
  ...(rule.depends_on.length > 0 && { depends_on: rule.depends_on, operation: rule.operation }),
  universe: rule.universe,
  tz: rule.tz,
  limit: rule.limit,
  exclude: rule.exclude,
  ttl: rule.ttl,
  tags,
  status: rule.has_draft || rule.status === 'draft' ? ('draft' as const) : ('published' as const),
});
