// Numbers that follow the desk: told by its stream, and every half minute where there is none.
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { address } from '@/api/client';
import type { Today } from './logic';
import { ANALYTICS_KEY } from './queries';

const LEAST_MILLISECONDS = 2000;
const POLL_MILLISECONDS = 30_000;

export type Live = 'paused' | 'stream' | 'poll';

/** Calls at once, then at most every two seconds, and once more for what came in between. */
export const throttled = (act: () => void, least = LEAST_MILLISECONDS) => {
  let last = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const now = () => {
    timer = undefined;
    last = performance.now();
    act();
  };
  return {
    ask: () => {
      if (timer !== undefined) return;
      const wait = last + least - performance.now();
      if (wait <= 0) now();
      else timer = setTimeout(now, wait);
    },
    stop: () => clearTimeout(timer),
  };
};

/** What the numbers on the screen include already; -1: nothing is shown yet. */
const shownPosition = (queries: QueryClient): number =>
  Math.max(
    -1,
    ...queries
      .getQueriesData<Today>({ queryKey: [ANALYTICS_KEY, 'today'], type: 'active' })
      .map(([, today]) => today?.feed_position ?? -1),
  );

const isNews = (queries: QueryClient, event: MessageEvent<string>): boolean => {
  const { feed_position: position } = JSON.parse(event.data) as { feed_position?: unknown };
  return typeof position !== 'number' || position > shownPosition(queries);
};

/** Fetch anew what is shown whenever orders change, as long as it is not paused. */
export const useLive = (paused: boolean): Live => {
  const queries = useQueryClient();
  const [streams, setStreams] = useState(false);
  useEffect(() => {
    if (paused) return;
    const refresh = (...part: string[]) =>
      void queries.invalidateQueries(
        { queryKey: [ANALYTICS_KEY, ...part] },
        { cancelRefetch: false },
      );
    const changed = throttled(() => refresh('today'));
    const source = new EventSource(address('/api/orders/stream'));
    source.addEventListener('open', () => setStreams(true));
    source.addEventListener('error', () => setStreams(false));
    source.addEventListener('rows', (event) => {
      if (isNews(queries, event as MessageEvent<string>)) changed.ask();
    });
    // The clock moves, too: what is compared ends at the present time of day.
    const timer = setInterval(() => refresh(), POLL_MILLISECONDS);
    return () => {
      changed.stop();
      clearInterval(timer);
      source.close();
      setStreams(false);
    };
  }, [queries, paused]);
  if (paused) return 'paused';
  return streams ? 'stream' : 'poll';
};
