// What the order desk asks of the server, each question once.
import { queryOptions } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import type { Impact } from './bulk/types';
import type {
  Applied,
  Count,
  Desk,
  Draft,
  OrderDetail,
  OrderRow,
  Query,
  RowWindow,
  SavedView,
  Undone,
  UndoStack,
  ValueCount,
  ViewState,
} from './types';

type Init = {
  body?: unknown;
  params?: { query?: Record<string, unknown> };
  signal?: AbortSignal;
  parseAs?: 'blob';
  headers?: Record<string, string>;
  bodySerializer?: (body: never) => BodyInit;
};
type Answer = Promise<{ data?: unknown; error?: unknown; response: Response }>;
type Call = (path: string, init?: Init) => Answer;

/** A UUID; pages that are not served by HTTPS lack the browser's own. */
export const newOp = (): string => {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const hex = Array.from(bytes, (byte, place) => {
    const marked = place === 6 ? (byte & 0x0f) | 0x40 : place === 8 ? (byte & 0x3f) | 0x80 : byte;
    return marked.toString(16).padStart(2, '0');
  }).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
};

/** This tab, so that the server tells its own presence from the others'. */
export const CLIENT_ID = newOp();

const ask =
  (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE') =>
  <T>(path: string, init: Init = {}): Promise<T> =>
    unwrap((api[method] as unknown as Call)(`/api/orders${path}`, init)) as Promise<T>;

export const GET = ask('GET');
export const POST = ask('POST');
export const PUT = ask('PUT');
export const PATCH = ask('PATCH');
export const DELETE = ask('DELETE');

const SELDOM_MILLISECONDS = 5 * 60_000;

export const deskQuery = queryOptions({
  queryKey: ['orders', 'desk'],
  queryFn: () => GET<Desk>('/desk'),
  staleTime: SELDOM_MILLISECONDS,
});

export const askRows = (
  query: Query,
  window: { start: number; limit: number; after: string | null; before: string | null },
  fromEnd: boolean,
) => POST<RowWindow>('/rows', { body: { ...query, ...window, from_end: fromEnd } });

export const countQuery = (query: Query) =>
  queryOptions({
    queryKey: ['orders', 'count', query],
    queryFn: ({ signal }) => POST<Count>('/count', { body: query, signal }),
  });

export const valuesQuery = (field: string, prefix: string, query: Query) =>
  queryOptions({
    queryKey: ['orders', 'values', field, prefix, query],
    queryFn: ({ signal }) =>
      POST<{ items: ValueCount[]; more: boolean }>('/values', {
        body: { field, prefix, query, limit: 100 },
        signal,
      }),
  });

export const askRowsById = (ids: number[], query: Query | null) =>
  POST<{ rows: OrderRow[]; matching: number[]; missing: number[] }>('/rows-by-id', {
    body: { order_ids: ids, query },
  });

export const aroundQuery = (query: Query, orderId: number) =>
  queryOptions({
    queryKey: ['orders', 'around', query, orderId],
    queryFn: ({ signal }) =>
      POST<{ previous: number | null; next: number | null }>('/around', {
        body: { ...query, order_id: orderId },
        signal,
      }),
  });

export const orderQuery = (id: number) =>
  queryOptions({
    queryKey: ['orders', 'order', id],
    queryFn: () => GET<OrderDetail>(`/${id}`),
  });

export const productsQuery = (search: string) =>
  queryOptions({
    queryKey: ['orders', 'products', search],
    queryFn: ({ signal }) =>
      GET<{ items: { product_id: string; name: string; price?: string }[] }>('/products', {
        params: { query: { search, limit: 20 } },
        signal,
      }),
  });

export const customersQuery = (search: string) =>
  queryOptions({
    queryKey: ['orders', 'customers', search],
    queryFn: ({ signal }) =>
      GET<{ items: { customer_id: string; name: string | null; email: string | null }[] }>(
        '/customers',
        { params: { query: { search, limit: 20 } }, signal },
      ),
  });

/** What a draft would move, worked out by making it and taking it back. */
export const foresee = (draft: Draft) => POST<Impact>('/impact', { body: draft });

export const sendChanges = (draft: Draft) => POST<Applied>('/changes', { body: draft });

export const makeOrder = (body: {
  op_id: string;
  reason: string | null;
  fields: Record<string, unknown>;
  items: unknown[];
}) => POST<{ order_id: number }>('', { body });

export const dropOrder = (id: number) =>
  DELETE<Applied>(`/${id}`, { params: { query: { op_id: newOp() } } });

export const stackQuery = queryOptions({
  queryKey: ['orders', 'undo-stack'],
  queryFn: () => GET<UndoStack>('/undo-stack'),
  staleTime: 0,
});

export const sendUndo = (way: 'undo' | 'redo', changesetId: number | null, opId: string) =>
  POST<Undone>(`/${way}`, { body: { changeset_id: changesetId, op_id: opId } });

export const viewsQuery = queryOptions({
  queryKey: ['orders', 'views'],
  queryFn: () => GET<{ items: SavedView[] }>('/views'),
});

export type ViewBody = { name: string; shared: boolean; state: ViewState };

export const makeView = (body: ViewBody) => POST<SavedView>('/views', { body });
export const keepView = (id: number, body: ViewBody & { row_version: number }) =>
  PUT<SavedView>(`/views/${id}`, { body });
export const dropView = (id: number) => DELETE<unknown>(`/views/${id}`);

export const sendPresence = (orderId: number | null, field: string | null) =>
  PUT<unknown>('/presence', { body: { client_id: CLIENT_ID, order_id: orderId, field } });
export const dropPresence = () =>
  DELETE<unknown>('/presence', { params: { query: { client_id: CLIENT_ID } } });

/** All that matches, as a file that the browser keeps. */
export const download = async (
  query: Query,
  format: 'csv' | 'xlsx',
  columns: string[],
): Promise<void> => {
  const body = { ...query, format, columns };
  const file = await POST<Blob>('/export', { body, parseAs: 'blob' });
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = `orders.${format}`;
  link.click();
  URL.revokeObjectURL(url);
};
