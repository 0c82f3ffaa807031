// The first page's own questions, and the fixes it offers.
import { queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { draftsOf, type KeptDraft } from './logic';

const DRAFTS = 'draft:';

export const homeQuery = queryOptions({
  queryKey: ['home'],
  queryFn: ({ signal }) => unwrap(api.GET('/api/home', { signal })),
});

export const draftsQuery = queryOptions({
  queryKey: ['kept', DRAFTS],
  queryFn: async () => {
    const { items } = await unwrap(api.GET('/api/kept', { params: { query: { prefix: DRAFTS } } }));
    return draftsOf(items);
  },
});

export const discardDraft = ({ key }: KeptDraft) =>
  unwrap(api.DELETE('/api/kept/{key}', { params: { path: { key } } }));

export const keepDraft = ({ key, value }: KeptDraft) =>
  unwrap(
    api.PUT('/api/kept/{key}', {
      params: { path: { key } },
      body: { value: value as Schemas['KeepRequest']['value'] },
    }),
  );

export const retryRun = (id: number) =>
  unwrap(api.POST('/api/runs/{run_id}/retry', { params: { path: { run_id: id } } }));

export const refreshRule = (id: number) =>
  unwrap(api.POST('/api/rules/{rule_id}/trigger', { params: { path: { rule_id: id } } }));
