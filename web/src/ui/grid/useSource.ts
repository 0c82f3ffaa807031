// Gives the library its windows of rows, and tells what came of it.
import type { GridApi, IDatasource } from 'ag-grid-community';
import { type RefObject, useEffect, useRef } from 'react';
import type { GridEvents, GridSource } from './types';
import { Windows } from './windows';

export const WINDOW_ROWS = 100;

export function useSource<Row>(
  api: GridApi<Row> | null,
  source: GridSource<Row>,
  total: number | null,
  events: RefObject<GridEvents<Row>>,
): void {
  const exact = useRef(total);
  exact.current = total;
  useEffect(() => {
    if (api === null) return;
    let current = true;
    const reader = new Reader(api, source, () => exact.current);
    const datasource: IDatasource = {
      getRows: async ({ startRow, successCallback, failCallback }) => {
        try {
          const { rows, last, estimate, atEnd } = await reader.read(startRow);
          if (!current) return;
          successCallback(rows, last);
          reader.expect(startRow + rows.length, last, estimate);
          events.current.onLoaded({ total: last ?? null, estimate, atEnd });
        } catch (error) {
          failCallback();
          if (current) events.current.onFailed(error);
        }
      },
      destroy: () => {
        current = false;
      },
    };
    api.setGridOption('datasource', datasource);
    return () => {
      current = false;
    };
  }, [api, source, events]);
  useEffect(() => {
    if (api !== null && total !== null && !api.isDestroyed()) api.setRowCount(total, true);
  }, [api, total]);
}

/** Reads the windows of one list, one after the other in any order. */
class Reader<Row> {
  readonly #windows = new Windows(WINDOW_ROWS);
  readonly #api: GridApi<Row>;
  readonly #source: GridSource<Row>;
  readonly #exact: () => number | null;
  #estimated = false;

  constructor(api: GridApi<Row>, source: GridSource<Row>, exact: () => number | null) {
    this.#api = api;
    this.#source = source;
    this.#exact = exact;
  }

  async read(start: number) {
    const found = await this.#source.load(this.#windows.ask(start, this.#exact()));
    this.#windows.remember(start, found.first, found.last, found.rows.length);
    const known = found.total ?? this.#exact() ?? undefined;
    return { ...found, last: found.atEnd ? start + found.rows.length : known };
  }

  /** How long the list seems to be, as long as it is not known, so that one can go far at once. */
  expect(loaded: number, last: number | undefined, estimate: number): void {
    if (last !== undefined || this.#estimated || this.#api.isLastRowIndexKnown()) return;
    this.#estimated = true;
    this.#api.setRowCount(Math.max(estimate, loaded + 1), false);
  }
}
