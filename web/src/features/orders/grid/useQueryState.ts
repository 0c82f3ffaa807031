// The question that the grid shows, in the address: links carry it, and Back goes back.
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { readQuery, writeQuery } from '../query';
import type { Query } from '../types';

export function useQueryState() {
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const navigate = useNavigate();
  const text = JSON.stringify(search.q ?? null);
  const query = useMemo(() => readQuery(JSON.parse(text)), [text]);
  const viewId = typeof search.view === 'number' ? search.view : null;
  const orderId = typeof search.order === 'number' ? search.order : null;
  const go = (change: Record<string, unknown>, replace = false) =>
    void navigate({ to: '/orders', search: { ...search, ...change }, replace });
  return {
    query,
    viewId,
    orderId,
    ask: (next: Query) => go({ q: writeQuery(next) }),
    show: (view: number | undefined, next: Query) => go({ view, q: writeQuery(next) }),
    open: (order: number | undefined) => go({ order }),
  };
}

export type QueryState = ReturnType<typeof useQueryState>;
