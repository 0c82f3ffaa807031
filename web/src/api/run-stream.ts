// Runs as they change: one stream of server-sent events for the whole page, shared by all who look.
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useSyncExternalStore } from 'react';
import { address, type Schemas } from './client';
import { refreshRules } from './queries';

export type Run = Schemas['RunBody'];

const FINAL = new Set<Run['state']>(['published', 'failed', 'cancelled']);

export const isOver = (run: Pick<Run, 'state'>): boolean => FINAL.has(run.state);

/** The runs at work with one that changed: kept up to date, newest first, dropped at its end. */
export const withRun = (runs: Run[], changed: Run): Run[] => {
  const others = runs.filter((run) => run.id !== changed.id);
  return isOver(changed) ? others : [changed, ...others].sort((a, b) => b.id - a.id);
};

let source: EventSource | null = null;
let url = '';
let active: Run[] = [];
const lookers = new Set<() => void>();
const listeners = new Set<(run: Run) => void>();

const changed = (queries: QueryClient, run: Run): void => {
  active = withRun(active, run);
  for (const look of lookers) look();
  for (const listen of listeners) listen(run);
  queries.setQueryData<Schemas['RunDetailBody']>(['run', run.id], (known) =>
    known ? { ...known, ...run } : undefined,
  );
  if (isOver(run)) void refreshRules(queries);
  void queries.invalidateQueries({ queryKey: isOver(run) ? ['run', run.id] : ['runs'] });
};

const open = (queries: QueryClient): void => {
  const wanted = address('/api/runs/stream');
  if (source !== null && url === wanted && source.readyState !== EventSource.CLOSED) return;
  source?.close();
  url = wanted;
  active = [];
  source = new EventSource(wanted);
  source.addEventListener('run', (event) =>
    changed(queries, JSON.parse((event as MessageEvent<string>).data) as Run),
  );
};

/** Runs that wait or work now; `listen` is told of every change of any run. */
export const useLiveRuns = (listen?: (run: Run) => void): Run[] => {
  const queries = useQueryClient();
  useEffect(() => {
    open(queries);
    if (listen) listeners.add(listen);
    return () => {
      if (listen) listeners.delete(listen);
    };
  }, [queries, listen]);
  return useSyncExternalStore(
    (look) => {
      lookers.add(look);
      return () => {
        lookers.delete(look);
        // Nobody looks any more: no stream is kept open for nothing.
        if (lookers.size === 0) setTimeout(closeUnwatched, LINGER_MILLISECONDS);
      };
    },
    () => active,
  );
};

const LINGER_MILLISECONDS = 5000;

const closeUnwatched = (): void => {
  if (lookers.size > 0) return;
  source?.close();
  source = null;
};
