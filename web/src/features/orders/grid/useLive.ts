// What others do: rows that changed come anew, people are shown where they are.
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { address } from '@/api/client';
import { CLIENT_ID, dropPresence, sendPresence } from '../server';
import type { Person } from '../types';
import type { Bench } from './bench';

const GATHER_MILLISECONDS = 150;
const PRESENCE_MILLISECONDS = 800;

type Told = { order_ids: number[] };

/** Listen as long as the page is shown; `onRows` gets the numbers of orders that changed. */
export function useLive(bench: Bench, onRows: (ids: number[]) => void): void {
  const queries = useQueryClient();
  const listen = useRef(onRows);
  listen.current = onRows;
  useEffect(() => {
    const source = new EventSource(address('/api/orders/stream', { client_id: CLIENT_ID }));
    const waiting = new Set<number>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const gather = () => {
      timer = undefined;
      const ids = [...waiting];
      waiting.clear();
      listen.current(ids);
      for (const id of ids) void queries.invalidateQueries({ queryKey: ['orders', 'order', id] });
      void queries.invalidateQueries({ queryKey: ['orders', 'count'] });
    };
    source.addEventListener('rows', (event) => {
      const { order_ids } = JSON.parse((event as MessageEvent<string>).data) as Told;
      for (const id of order_ids) waiting.add(id);
      timer ??= setTimeout(gather, GATHER_MILLISECONDS);
    });
    source.addEventListener('presence', (event) => {
      const told = JSON.parse((event as MessageEvent<string>).data) as { people: Person[] };
      bench.people.set(
        told.people.map((one) => ({ ...one, me: one.me || one.client_id === CLIENT_ID })),
      );
    });
    return () => {
      clearTimeout(timer);
      source.close();
    };
  }, [bench, queries]);
}

/** Tells the others on which cell one is, at most about once a second; and that one has gone. */
export function usePresence() {
  const tools = useRef(makePresence());
  useEffect(() => {
    const { stop } = tools.current;
    return stop;
  }, []);
  return tools.current.at;
}

const makePresence = () => {
  let wanted: [number | null, string | null] | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const send = () => {
    timer = undefined;
    if (wanted === null) return;
    const [order, field] = wanted;
    wanted = null;
    // Who is where is a courtesy: that it cannot be told is no reason to bother anybody.
    sendPresence(order, field).catch(() => {});
    timer = setTimeout(send, PRESENCE_MILLISECONDS);
  };
  return {
    at: (orderId: number | null, field: string | null) => {
      wanted = [orderId, field];
      timer ??= setTimeout(send, 0);
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
      wanted = null;
      dropPresence().catch(() => {});
    },
  };
};
