// Before many cells change at once: which are wrong and why, what would stand where; then one deed.
import { Button, Group, List, Modal, Stack, Table, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError, told } from '@/api/errors';
import { plural } from '@/lib/format';
import type { PastedCell } from '@/ui/grid/types';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { ImpactView } from '../bulk/ImpactView';
import { useDesk } from '../desk';
import { fieldLabel, fieldOf, same, sent } from '../fields';
import { faultsByCell } from '../pending';
import { foresee, newOp, sendChanges } from '../server';
import { wantsReason } from '../statuses';
import type { CellChange, Desk, Draft, OrderRow } from '../types';
import { valueText } from './ConflictDialog';
import { mayEdit } from './columns';
import type { Editing } from './useEditing';

export type Pasted = { kind: 'paste' | 'fill'; cells: PastedCell<OrderRow>[]; left: number };

type Props = { pasted: Pasted | null; editing: Editing; onClose: () => void };
type Of = Pick<Pasted, 'kind'>;
type Cell = CellChange & { row: OrderRow; typed: string };

const MOST_SHOWN = 50;

/** The cells that would change, and how many cannot be edited at all. */
const prepared = ({ cells }: Pasted, desk: Desk): { cells: Cell[]; locked: number } => {
  const found: Cell[] = [];
  let locked = 0;
  for (const { row, column, value } of cells) {
    const field = fieldOf(desk, column);
    if (!field || !mayEdit(field, desk)) {
      locked += 1;
      continue;
    }
    const base = row[column] ?? null;
    const next = sent(field, value, desk);
    if (!same(field, base, next))
      found.push({
        entity: 'order',
        key: String(row.order_id),
        field: column,
        base,
        value: next,
        version: row.row_version,
        row,
        typed: value,
      });
  }
  return { cells: found, locked };
};

const rehearsal = (cells: Cell[], kind: Pasted['kind'], reason: string | null): Draft => ({
  op_id: newOp(),
  kind,
  reason,
  cells: cells.map(({ row, typed, ...cell }) => cell),
  insert_items: [],
  delete_items: [],
  dry_run: true,
});

/** What is wrong with each cell, by its place; asked of the server without writing anything. */
const check = async (cells: Cell[], kind: Pasted['kind'], reason: string | null) => {
  try {
    await sendChanges(rehearsal(cells, kind, reason));
    return new Map<number, string>();
  } catch (error) {
    const faults = faultsByCell(error);
    // What somebody changed meanwhile is asked about when it is written.
    if (faults.size === 0 && !(error instanceof ApiError && error.code === 'CELLS_CHANGED'))
      throw error;
    return faults;
  }
};

export function PasteDialog({ pasted, editing, onClose }: Props) {
  const title = pasted?.kind === 'fill' ? 'Fill down' : 'Paste';
  return (
    <Modal opened={pasted !== null} onClose={onClose} title={title} size="lg">
      {pasted && <Shown pasted={pasted} editing={editing} onClose={onClose} />}
    </Modal>
  );
}

function Shown({ pasted, editing, onClose }: Props & { pasted: Pasted }) {
  const desk = useDesk();
  const [{ cells, locked }] = useState(() => prepared(pasted, desk));
  const steps = cells.some(
    ({ field, base, value }) => field === 'status' && wantsReason(desk, base, value),
  );
  const [reason, setReason] = useState('');
  const said = steps && reason.trim() ? reason.trim() : null;
  const checked = useQuery({
    queryKey: ['orders', 'paste', cells.map(({ key, field, value }) => [key, field, value]), steps],
    queryFn: () => check(cells, pasted.kind, steps ? 'preview' : null),
    enabled: cells.length > 0,
    retry: false,
    gcTime: 0,
  });
  const apply = (bad: ReadonlyMap<number, string>) => {
    const good = cells.filter((_, place) => !bad.has(place));
    onClose();
    void editing.change(
      good.map(({ row, field, typed }) => ({ row, field, typed })),
      pasted.kind,
      said,
    );
  };
  if (cells.length === 0)
    return (
      <Stack>
        <Text>
          {locked > 0
            ? `None of these cells can be edited (${plural(locked, 'cell')}).`
            : 'Everything there says this already.'}
        </Text>
        <Group justify="flex-end">
          <Button onClick={onClose} data-autofocus>
            Close
          </Button>
        </Group>
      </Stack>
    );
  return (
    <StateView query={checked} skeleton={<SkeletonLines lines={5} />}>
      {(bad) => (
        <Stack>
          <Summary cells={cells} bad={bad} locked={locked} left={pasted.left} />
          {bad.size > 0 && <Wrong cells={cells} bad={bad} />}
          <Preview cells={cells} bad={bad} />
          {bad.size < cells.length && (
            <Foreseen
              cells={cells.filter((_, place) => !bad.has(place))}
              kind={pasted.kind}
              reason={steps ? 'preview' : null}
            />
          )}
          {steps && (
            <TextInput
              label="Why do these statuses change?"
              value={reason}
              onChange={(event) => setReason(event.currentTarget.value)}
              maxLength={500}
            />
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button
              onClick={() => apply(bad)}
              disabled={bad.size === cells.length || (steps && said === null)}
              autoFocus
            >
              {bad.size > 0
                ? `Change the ${plural(cells.length - bad.size, 'valid cell')}`
                : `Change ${plural(cells.length, 'cell')}`}
            </Button>
          </Group>
        </Stack>
      )}
    </StateView>
  );
}

type Parts = { cells: Cell[]; bad: ReadonlyMap<number, string> };

function Summary({ cells, bad, locked, left }: Parts & { locked: number; left: number }) {
  const orders = new Set(cells.map(({ key }) => key)).size;
  const parts = [
    `${plural(cells.length, 'cell')} of ${plural(orders, 'order')} would change.`,
    bad.size > 0 && `${plural(bad.size, 'is', 'are')} not valid and would be left out.`,
    locked > 0 && `${plural(locked, 'cell')} cannot be edited.`,
    left > 0 && `${plural(left, 'cell')} in rows that are not loaded are left out.`,
  ];
  return <Text role="status">{parts.filter(Boolean).join(' ')}</Text>;
}

/** Whom it would move between segments; what cannot be worked out stands in nobody's way. */
function Foreseen({ cells, kind, reason }: { reason: string | null; cells: Cell[] } & Of) {
  const found = useQuery({
    queryKey: ['orders', 'impact', cells.map(({ key, field, value }) => [key, field, value])],
    queryFn: () => foresee(rehearsal(cells, kind, reason)),
    retry: false,
    gcTime: 0,
  });
  if (found.isError)
    return (
      <Text size="sm" c="dimmed">
        What it would move could not be worked out: {told(found.error).sentence}
      </Text>
    );
  return found.data ? <ImpactView impact={found.data} /> : <SkeletonLines lines={2} />;
}

function Wrong({ cells, bad }: Parts) {
  const desk = useDesk();
  return (
    <List size="sm" aria-label="Cells that are not valid">
      {[...bad].slice(0, MOST_SHOWN).map(([place, sentence]) => (
        <List.Item key={place}>
          <strong>
            {fieldLabel(desk, cells[place]?.field ?? '')} of order {cells[place]?.key}
          </strong>
          , “{cells[place]?.typed}”: {sentence}
        </List.Item>
      ))}
    </List>
  );
}

function Preview({ cells, bad }: Parts) {
  const desk = useDesk();
  const good = cells.filter((_, place) => !bad.has(place));
  return (
    <Table.ScrollContainer minWidth={0} mah={280}>
      <Table aria-label="What would change" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Order</Table.Th>
            <Table.Th>Field</Table.Th>
            <Table.Th>Now</Table.Th>
            <Table.Th>Then</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {good.slice(0, MOST_SHOWN).map(({ key, field, base, value }) => (
            <Table.Tr key={`${key}/${field}`}>
              <Table.Td>{key}</Table.Td>
              <Table.Td>{fieldLabel(desk, field)}</Table.Td>
              <Table.Td>{valueText(desk, field, base)}</Table.Td>
              <Table.Td>{valueText(desk, field, value)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {good.length > MOST_SHOWN && (
        <Text size="sm" c="dimmed">
          and {plural(good.length - MOST_SHOWN, 'more cell', 'more cells')}
        </Text>
      )}
    </Table.ScrollContainer>
  );
}
