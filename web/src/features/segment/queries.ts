// Everything about one segment, each question once.
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { isOver } from '@/api/run-stream';
import type { MemberChange } from './logic';

const VERSIONS = 100;
const RULE_VERSIONS = 20;
const SAMPLE = 10;
const MEMBERS = 20;
const POLL_MILLISECONDS = 700;
const PATIENT_MILLISECONDS = 60_000;

const at = (segmentId: number) => ({ path: { segment_id: segmentId } });

export const segmentQuery = (id: number) =>
  queryOptions({
    queryKey: ['segment', id],
    queryFn: () => unwrap(api.GET('/api/segments/{segment_id}', { params: at(id) })),
  });

export const segmentVersionsQuery = (id: number) =>
  queryOptions({
    queryKey: ['segment', id, 'versions'],
    queryFn: () =>
      unwrap(
        api.GET('/api/segments/{segment_id}/versions', {
          params: { ...at(id), query: { per_page: VERSIONS } },
        }),
      ),
  });

export const differenceQuery = (id: number, before: number, after: number) =>
  queryOptions({
    queryKey: ['segment', id, 'difference', before, after],
    queryFn: () =>
      unwrap(
        api.GET('/api/segments/{segment_id}/versions/{number}/difference', {
          params: {
            path: { segment_id: id, number: after },
            query: { against: before, sample: SAMPLE },
          },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const lineageQuery = (id: number) =>
  queryOptions({
    queryKey: ['segment', id, 'lineage'],
    queryFn: () => unwrap(api.GET('/api/segments/{segment_id}/lineage', { params: at(id) })),
  });

export const ruleLineageQuery = (ruleId: number) =>
  queryOptions({
    queryKey: ['rule', ruleId, 'lineage'],
    queryFn: () =>
      unwrap(api.GET('/api/rules/{rule_id}/lineage', { params: { path: { rule_id: ruleId } } })),
  });

/** Sizes of past days, and how many will have left in days to come. */
export const pastSizesQuery = (ruleId: number, days: number, ahead: number) =>
  queryOptions({
    queryKey: ['rule', ruleId, 'size-history', days, ahead],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/rules/{rule_id}/size-history', {
          params: { path: { rule_id: ruleId }, query: { days, ahead } },
          signal,
        }),
      ),
    staleTime: PATIENT_MILLISECONDS,
    placeholderData: keepPreviousData,
  });

export const profileQuery = (id: number) =>
  queryOptions({
    queryKey: ['segment', id, 'profile'],
    queryFn: ({ signal }) => unwrap(api.POST('/api/profile', { body: { segments: [id] }, signal })),
    staleTime: PATIENT_MILLISECONDS,
  });

export type MembersAsked = {
  cursor?: string;
  clear?: boolean;
  columns?: string;
  at?: string;
  change?: MemberChange;
};

export const membersQuery = (id: number, asked: MembersAsked) =>
  queryOptions({
    queryKey: ['segment', id, 'members', asked],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET('/api/segments/{segment_id}/members', {
          params: { ...at(id), query: { limit: MEMBERS, ...asked } },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const ruleVersionsQuery = (ruleId: number) =>
  queryOptions({
    queryKey: ['rule', ruleId, 'versions'],
    queryFn: () =>
      unwrap(
        api.GET('/api/rules/{rule_id}/versions', {
          params: { path: { rule_id: ruleId }, query: { per_page: RULE_VERSIONS } },
        }),
      ),
  });

/** What an old version says: its definition, put into words by the server. */
export const versionSentenceQuery = (ruleId: number, version: number) =>
  queryOptions({
    queryKey: ['rule', ruleId, 'versions', version, 'sentence'],
    queryFn: async () => {
      const { definition } = await unwrap(
        api.GET('/api/rules/{rule_id}/versions/{version}', {
          params: { path: { rule_id: ruleId, version } },
        }),
      );
      const rule = definition as Schemas['LintRequest']['rule'];
      const { sentence } = await unwrap(api.POST('/api/lint', { body: { rule } }));
      return sentence;
    },
    staleTime: PATIENT_MILLISECONDS,
  });

export const restorePlanQuery = (ruleId: number, version: number) =>
  queryOptions({
    queryKey: ['rule', ruleId, 'plan', version],
    queryFn: ({ signal }) =>
      unwrap(
        api.POST('/api/rules/{rule_id}/plan', {
          params: { path: { rule_id: ruleId } },
          body: { version },
          signal,
        }),
      ),
  });

export const restoreVersion = (ruleId: number, body: Schemas['RestoreInput']) =>
  unwrap(api.POST('/api/rules/{rule_id}/restore', { params: { path: { rule_id: ruleId } }, body }));

export const ruleRunsQuery = (rule: string, page: number) =>
  queryOptions({
    queryKey: ['runs', { rule, page }],
    queryFn: () =>
      unwrap(api.GET('/api/runs', { params: { query: { rule, page, per_page: MEMBERS } } })),
    placeholderData: keepPreviousData,
  });

/** One run, asked for again until it is over. */
export const watchedRunQuery = (id: number | null) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: () =>
      unwrap(api.GET('/api/runs/{run_id}', { params: { path: { run_id: id as number } } })),
    enabled: id !== null,
    refetchInterval: ({ state }) =>
      state.data !== undefined && isOver(state.data) ? false : POLL_MILLISECONDS,
  });

export const trigger = (ruleId: number) =>
  unwrap(api.POST('/api/rules/{rule_id}/trigger', { params: { path: { rule_id: ruleId } } }));

const ofRule = (ruleId: number) => ({ params: { path: { rule_id: ruleId } }, body: {} });

export const archive = (ruleId: number) =>
  unwrap(api.POST('/api/rules/{rule_id}/archive', ofRule(ruleId)));

export const unarchive = (ruleId: number) =>
  unwrap(api.POST('/api/rules/{rule_id}/unarchive', ofRule(ruleId)));

export const deleteRule = (ruleId: number) =>
  unwrap(api.DELETE('/api/rules/{rule_id}', { params: { path: { rule_id: ruleId } } }));

export const cancelRun = (id: number) =>
  unwrap(api.POST('/api/runs/{run_id}/cancel', { params: { path: { run_id: id } } }));

export const retryRun = (id: number) =>
  unwrap(api.POST('/api/runs/{run_id}/retry', { params: { path: { run_id: id } } }));
