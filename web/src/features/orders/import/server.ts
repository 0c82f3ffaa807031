// What imports ask of the server.
import { queryOptions } from '@tanstack/react-query';
import type { Impact } from '../bulk/types';
import { DELETE, GET, newOp, PATCH, POST, PUT } from '../server';
import type { Check, Import, ImportApplied, ImportHead, ImportRow, Options } from './types';

const POLL_MILLISECONDS = 700;

export const importsQuery = queryOptions({
  queryKey: ['orders', 'imports'],
  queryFn: () => GET<{ items: ImportHead[] }>('/imports'),
});

/** One import; while the server works on it, asked again for how far it is. */
export const importQuery = (id: number) =>
  queryOptions({
    queryKey: ['orders', 'import', id],
    queryFn: () => GET<Import>(`/imports/${id}`),
    refetchInterval: ({ state }) => (state.data?.summary.progress ? POLL_MILLISECONDS : false),
    refetchOnWindowFocus: false,
  });

export const errorRowsQuery = (id: number) =>
  queryOptions({
    queryKey: ['orders', 'import', id, 'errors'],
    queryFn: () =>
      GET<{ items: ImportRow[]; next: number | null }>(`/imports/${id}/rows`, {
        params: { query: { outcome: 'error', limit: 100 } },
      }),
    refetchOnWindowFocus: false,
  });

const KINDS: Record<string, string> = {
  csv: 'text/csv',
  txt: 'text/csv',
  tsv: 'text/csv',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

export const sendFile = (file: File): Promise<Import> => {
  const ending = file.name.split('.').at(-1)?.toLowerCase() ?? '';
  return POST<Import>('/imports', {
    params: { query: { name: file.name } },
    body: file,
    bodySerializer: (body: File) => body,
    headers: { 'Content-Type': KINDS[ending] ?? 'application/octet-stream' },
  });
};

export const changeImport = (
  id: number,
  body: { mapping?: Record<string, string | null>; options?: Partial<Options> },
) => PUT<Import>(`/imports/${id}`, { body });

export const checkImport = (id: number) => POST<Check>(`/imports/${id}/check`);

export const mendRow = (id: number, row: number, cells: Record<string, string>) =>
  PATCH<{ rows: ImportRow[]; check: Check }>(`/imports/${id}/rows/${row}`, { body: { cells } });

export const applyImport = (id: number, skipErrors: boolean) =>
  POST<ImportApplied>(`/imports/${id}/apply`, {
    body: { op_id: newOp(), skip_errors: skipErrors },
  });

export const foreseeImport = (id: number) => POST<Impact>(`/imports/${id}/impact`);

export const revertImport = (id: number) => POST<ImportApplied>(`/imports/${id}/revert`);

export const dropImport = (id: number) => DELETE<unknown>(`/imports/${id}`);
