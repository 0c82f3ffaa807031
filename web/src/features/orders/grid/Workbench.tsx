// The grid with all that is around it.
import { Box, Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { told } from '@/api/errors';
import { plural } from '@/lib/format';
import { ErrorNote } from '@/ui/ErrorNote';
import { Grid } from '@/ui/grid';
import type { ColumnLayout, GridHandle } from '@/ui/grid/types';
import { Page } from '@/ui/Page';
import { toastDone } from '@/ui/toast';
import { useDesk } from '../desk';
import { EVERYTHING, fieldsOf, isFiltered, pressed } from '../query';
import { NOTHING_CHOSEN, toggled } from '../selection';
import { askRows, countQuery, viewsQuery } from '../server';
import { PageActions } from '../toolbar/PageActions';
import { Toolbar } from '../toolbar/Toolbar';
import type { OrderRow, Query, SavedView, Undone } from '../types';
import { type Bench, BenchContext, makeBench } from './bench';
import { columnsOf } from './columns';
import { type FilterAsked, FilterPopover } from './FilterPopover';
import { NoOrders } from './NoOrders';
import type { Pasted } from './PasteDialog';
import { useEditing } from './useEditing';
import { useGridKeys } from './useGridKeys';
import { useLive, usePresence } from './useLive';
import { useQueryState } from './useQueryState';
import { useUndo } from './useUndo';
import classes from './Workbench.module.css';

// What lies over the grid comes after it: most of it when it is first needed.
const BulkBar = lazy(() => import('../bulk/BulkBar').then((part) => ({ default: part.BulkBar })));
const OrderDrawer = lazy(() =>
  import('../form/OrderDrawer').then((part) => ({ default: part.OrderDrawer })),
);
const ConflictDialog = lazy(() =>
  import('./ConflictDialog').then((part) => ({ default: part.ConflictDialog })),
);
const PasteDialog = lazy(() =>
  import('./PasteDialog').then((part) => ({ default: part.PasteDialog })),
);
const ReasonDialog = lazy(() =>
  import('./ReasonDialog').then((part) => ({ default: part.ReasonDialog })),
);
const SkippedDialog = lazy(() =>
  import('./SkippedDialog').then((part) => ({ default: part.SkippedDialog })),
);

const rowId = (row: OrderRow) => String(row.order_id);

const sourceOf = (query: Query, turn: number) => ({
  turn,
  load: async ({ fromEnd, ...window }: Parameters<typeof load>[0]) =>
    load({ fromEnd, ...window }, query),
});

const load = async (
  asked: {
    start: number;
    limit: number;
    after: string | null;
    before: string | null;
    fromEnd: boolean;
  },
  query: Query = EVERYTHING,
) => {
  const { fromEnd, start, limit, after, before } = asked;
  const found = await askRows(query, { start, limit, after, before }, fromEnd);
  return {
    rows: found.rows,
    first: found.first_cursor,
    last: found.last_cursor,
    total: found.total,
    estimate: found.estimate,
    atEnd: found.at_end,
  };
};

/** The orders that an address asks for, with a turn that a refresh counts up. */
const useSource = (query: Query) => {
  const [turn, setTurn] = useState(0);
  const source = useMemo(() => sourceOf(query, turn), [query, turn]);
  return { source, again: () => setTurn((before) => before + 1) };
};

/** What is remembered per view: its columns and formats come with it. */
const useView = (bench: Bench, viewId: number | null) => {
  const views = useQuery(viewsQuery).data?.items ?? [];
  const view = views.find((one) => one.id === viewId) ?? null;
  const [layout, setLayout] = useState<ColumnLayout[] | null>(null);
  const arrange = (next: SavedView | null) => {
    bench.formats.set(next?.state.formats ?? []);
    const columns = next?.state.columns;
    if (columns) {
      bench.grid.current?.arrange(columns);
      setLayout(columns);
    }
    bench.grid.current?.redraw();
  };
  const shown = view?.id ?? null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only another view arranges anew
  useEffect(() => {
    if (view) arrange(view);
  }, [shown]);
  return { views, view, layout, setLayout, arrange };
};

export function Workbench() {
  const desk = useDesk();
  const address = useQueryState();
  const { query } = address;
  const grid = useRef<GridHandle<OrderRow> | null>(null);
  const bench = useMemo(() => makeBench(grid), []);
  const columns = useMemo(() => columnsOf(desk, bench), [desk, bench]);
  const { source, again } = useSource(query);
  const view = useView(bench, address.viewId);
  const exact = useQuery(countQuery(query)).data;
  const [estimate, setEstimate] = useState<number | null>(null);
  const [failed, setFailed] = useState<unknown>(null);
  const [filtering, setFiltering] = useState<FilterAsked | null>(null);
  const [pasted, setPasted] = useState<Pasted | null>(null);
  const total = exact?.total ?? null;
  useEffect(() => bench.total.set(total), [bench, total]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another question, another selection
  useEffect(() => {
    bench.chosen.set(NOTHING_CHOSEN);
    bench.unmatched.set(new Set());
    setFailed(null);
  }, [bench, source]);

  const editing = useEditing(bench, query, () => {});
  const undone = ({ rows }: Undone) => {
    bench.grid.current?.update(rows);
    const ids = rows.map((row) => row.order_id);
    void editing.refresh(ids, true).catch(() => {});
  };
  const undo = useUndo(desk.can_edit, undone, editing.allSent);
  useLive(bench, (ids) => void editing.refresh(ids, true).catch(() => {}));
  const tellPresence = usePresence();
  useGridKeys({ undo, canEdit: desk.can_edit, grid: bench.grid });

  const sort = useMemo(
    () => query.sort.map(({ field, dir }) => ({ column: field, descending: dir === 'desc' })),
    [query],
  );
  const filtered = useMemo(() => fieldsOf(query.filter), [query]);
  const layoutNow = () => bench.grid.current?.layout() ?? view.layout ?? [];

  return (
    <BenchContext value={bench}>
      <Page title="Orders" actions={<PageActions query={query} layout={layoutNow} />}>
        <Toolbar
          address={address}
          undo={undo}
          editing={editing}
          view={view}
          count={exact ?? null}
          estimate={estimate}
          onFilter={setFiltering}
          onRefresh={again}
        />
        {failed !== null && (
          <ErrorNote
            {...told(failed)}
            action={
              <Button size="xs" variant="default" onClick={again}>
                Try again
              </Button>
            }
          />
        )}
        <Box className={classes.place} component="section" aria-label="Orders">
          <Grid<OrderRow>
            label="Orders"
            columns={columns}
            source={source}
            rowId={rowId}
            total={total}
            sort={sort}
            filtered={filtered}
            layout={view.view?.state.columns ?? null}
            handle={grid}
            onSort={(column, more) =>
              address.ask({ ...query, sort: pressed(query.sort, column, more) })
            }
            onFilter={(field, anchor) => setFiltering({ field, anchor })}
            onEdit={(row, field, typed) => void editing.change([{ row, field, typed }], 'edit')}
            onOpen={(row) => address.open(row.order_id)}
            onFocus={(row, field) => tellPresence(row?.order_id ?? null, row ? field : null)}
            onToggle={(row) => bench.chosen.set(toggled(bench.chosen.read(), row.order_id))}
            onPaste={(cells, left) => desk.can_edit && setPasted({ kind: 'paste', cells, left })}
            onFill={(cells) => desk.can_edit && setPasted({ kind: 'fill', cells, left: 0 })}
            onClear={(cells) =>
              desk.can_edit &&
              void editing.change(
                cells
                  .filter(({ column }) => columns.find((one) => one.id === column)?.editable)
                  .filter(({ column, row }) =>
                    columns.find((one) => one.id === column)?.editable?.(row),
                  )
                  .map(({ row, column }) => ({ row, field: column, typed: '' })),
                'edit',
              )
            }
            onCopied={(cells, left) =>
              toastDone(
                `${plural(cells, 'cell')} copied${left > 0 ? `; ${plural(left, 'row')} not loaded yet left out` : ''}.`,
              )
            }
            onLayout={view.setLayout}
            onLoaded={({ estimate: about, total: known }) => {
              setFailed(null);
              setEstimate(known ?? about);
            }}
            onFailed={setFailed}
          />
          {total === 0 && (
            <NoOrders
              filtered={isFiltered(query)}
              onClear={() => address.ask({ ...query, filter: null, search: '' })}
            />
          )}
        </Box>
      </Page>
      <FilterPopover
        asked={filtering}
        query={query}
        onAsk={address.ask}
        onClose={() => setFiltering(null)}
      />
      <Suspense fallback={null}>
        {pasted && (
          <PasteDialog pasted={pasted} editing={editing} onClose={() => setPasted(null)} />
        )}
        {editing.clash && <ConflictDialog clash={editing.clash} onResolve={editing.resolve} />}
        {editing.asking && <ReasonDialog asking={editing.asking} />}
        {undo.skipped.length > 0 && <SkippedDialog skipped={undo.skipped} onClose={undo.seen} />}
        <BulkBar query={query} undo={undo} onDone={again} />
        {address.orderId !== null && (
          <OrderDrawer
            orderId={address.orderId}
            query={query}
            onOpen={address.open}
            onSaved={(rows) => void editing.refresh(rows, true).catch(() => {})}
          />
        )}
      </Suspense>
    </BenchContext>
  );
}
