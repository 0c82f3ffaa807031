// Runs: the list, one with its log, and what may be done to it.
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { isOver } from '@/api/run-stream';
import { toastDone, toastError } from '@/ui/toast';
import type { RunSearch } from './logic';

const PER_PAGE = 25;
const LOG_LINES = 1000;
const POLL_MILLISECONDS = 1000;

export type RunDetail = Schemas['RunDetailBody'];
export type LogLine = Schemas['RunLogLineBody'];

export const runsQuery = ({ page = 1, state, rule, origin }: RunSearch) =>
  queryOptions({
    queryKey: ['runs', { page, state, rule, origin }],
    queryFn: () =>
      unwrap(
        api.GET('/api/runs', {
          params: { query: { page, per_page: PER_PAGE, state, rule, origin } },
        }),
      ),
    placeholderData: keepPreviousData,
  });

export const runQuery = (id: number) =>
  queryOptions({
    queryKey: ['run', id],
    queryFn: () => unwrap(api.GET('/api/runs/{run_id}', { params: { path: { run_id: id } } })),
  });

/** The log so far; while the run works, it is asked again for what came since. */
export const logQuery = (id: number, over: boolean) =>
  queryOptions({
    queryKey: ['run', id, 'log', over],
    queryFn: () =>
      unwrap(
        api.GET('/api/runs/{run_id}/log', {
          params: { path: { run_id: id }, query: { limit: LOG_LINES } },
        }),
      ),
    refetchInterval: over ? false : POLL_MILLISECONDS,
    placeholderData: keepPreviousData,
  });

/** Cancel or retry; the lists are told. */
export const useRunAction = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, action }: { id: number; action: 'cancel' | 'retry' }) =>
      unwrap(
        action === 'cancel'
          ? api.POST('/api/runs/{run_id}/cancel', { params: { path: { run_id: id } } })
          : api.POST('/api/runs/{run_id}/retry', { params: { path: { run_id: id } } }),
      ),
    onSuccess: (run, { action }) => {
      const over = isOver(run)
        ? `Run ${run.id} is cancelled.`
        : `Run ${run.id} is being cancelled.`;
      toastDone(action === 'cancel' ? over : `Run ${run.id} is queued.`);
      void queries.invalidateQueries({ queryKey: ['runs'] });
      void queries.invalidateQueries({ queryKey: ['run'] });
    },
    onError: toastError,
  });
};

/** Refresh rules now: some by name, or all that are published. */
export const useTrigger = () => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Schemas['TriggerBody']) => unwrap(api.POST('/api/runs', { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['runs'] }),
    onError: toastError,
  });
};
