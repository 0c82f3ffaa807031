// Refresh a segment now and follow the run to its end; the numbers follow by themselves.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import { refreshRules } from '@/api/queries';
import { isOver, useLiveRuns } from '@/api/run-stream';
import { toastDone, toastError } from '@/ui/toast';
import type { Segment } from './logic';
import { trigger, watchedRunQuery } from './queries';

export const useRefresh = (segment: Pick<Segment, 'rule' | 'title'>) => {
  const queries = useQueryClient();
  const [watched, setWatched] = useState<number | null>(null);
  const told = useRef<number | null>(null);
  const live = useLiveRuns().find(({ rules }) => rules.includes(segment.rule.name));
  const own = useQuery(watchedRunQuery(watched)).data;
  const start = useMutation({
    mutationFn: () => trigger(segment.rule.id),
    onSuccess: ({ run_id }) => setWatched(run_id),
    onError: toastError,
  });
  useEffect(() => {
    if (own === undefined || !isOver(own) || told.current === own.id) return;
    told.current = own.id;
    void refreshRules(queries);
    if (own.state === 'published') {
      toastDone(`“${segment.title}” is refreshed.`);
      setWatched(null);
    }
  }, [own, queries, segment.title]);
  const run = own ?? live ?? null;
  return {
    start: () => start.mutate(),
    /** The run that is watched: at work, or at an end worth a look. */
    run,
    busy: start.isPending || (run !== null && !isOver(run)),
  };
};

export type Refresh = ReturnType<typeof useRefresh>;
