// Segments a page at a time, what they are filtered by, and the views one keeps.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap, unwrapTagged } from '@/api/client';
import { orderOf, readViews, type SavedView, type SegmentSearch, withTags } from './logic';

const ROWS = 20;
const CARDS = 24;
const VIEWS = 'view:segments';

export const segmentsQuery = (asked: SegmentSearch) => {
  const { search, tag, owner, freshness, page = 1, view } = asked;
  const query = {
    search,
    tag,
    owner,
    freshness,
    order: orderOf(asked),
    page,
    per_page: view === 'cards' ? CARDS : ROWS,
  };
  return queryOptions({
    queryKey: ['segments', query],
    queryFn: ({ signal }) => unwrap(api.GET('/api/segments', { params: { query }, signal })),
    placeholderData: keepPreviousData,
  });
};

export const tagsQuery = queryOptions({
  queryKey: ['tags'],
  queryFn: () => unwrap(api.GET('/api/tags')),
});

export const ownersQuery = queryOptions({
  queryKey: ['owners'],
  queryFn: () => unwrap(api.GET('/api/owners')),
});

export const viewsQuery = queryOptions({
  queryKey: ['kept', VIEWS],
  queryFn: async () => {
    const { items } = await unwrap(api.GET('/api/kept', { params: { query: { prefix: VIEWS } } }));
    return readViews(items.find(({ key }) => key === VIEWS)?.value);
  },
});

export const keepViews = (views: SavedView[]) =>
  unwrap(
    api.PUT('/api/kept/{key}', {
      params: { path: { key: VIEWS } },
      body: { value: views as unknown as Schemas['KeepRequest']['value'] },
    }),
  );

export const triggerRules = (rules: string[]) => unwrap(api.POST('/api/runs', { body: { rules } }));

export const archiveRule = (id: number) =>
  unwrap(api.POST('/api/rules/{rule_id}/archive', { params: { path: { rule_id: id } }, body: {} }));

export const unarchiveRule = (id: number) =>
  unwrap(
    api.POST('/api/rules/{rule_id}/unarchive', { params: { path: { rule_id: id } }, body: {} }),
  );

/** Write a rule again with other tags, unless somebody wrote it in between. */
export const retagRule = async (id: number, change: (tags: string[]) => string[]) => {
  const path = { rule_id: id };
  const { body, etag } = await unwrapTagged(api.GET('/api/rules/{rule_id}', { params: { path } }));
  const tags = change(body.tags);
  if (tags.join('\n') === body.tags.join('\n')) return;
  await unwrap(
    api.PUT('/api/rules/{rule_id}', {
      params: { path, header: { 'If-Match': etag } },
      body: withTags(body, tags),
    }),
  );
};
