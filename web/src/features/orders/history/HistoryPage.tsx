// What was done at the desk: who, when, what; each deed with its changes, and the way back.
import {
  Anchor,
  Badge,
  Box,
  Button,
  Group,
  Modal,
  Select,
  Stack,
  Table,
  Text,
} from '@mantine/core';
import {
  keepPreviousData,
  useInfiniteQuery,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { told } from '@/api/errors';
import { count, NOTHING, plural } from '@/lib/format';
import { confirm } from '@/ui/confirm';
import { type Column, DataTable } from '@/ui/DataTable';
import { EmptyNote } from '@/ui/EmptyNote';
import { ErrorNote } from '@/ui/ErrorNote';
import { Moment } from '@/ui/Moment';
import { Page } from '@/ui/Page';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { toastError } from '@/ui/toast';
import { useDesk, WithDesk } from '../desk';
import { fieldLabel, inWords } from '../fields';
import { valueText } from '../grid/ConflictDialog';
import { SkippedDialog } from '../grid/SkippedDialog';
import { useUndo } from '../grid/useUndo';
import { GET } from '../server';
import type { Value } from '../types';

type Deed = {
  id: number;
  kind: string;
  actor: string;
  at: string;
  title: string;
  reason: string | null;
  orders: number;
  cells: number;
  undoes: number | null;
  undone_by: number | null;
};
type Change = {
  entity: string;
  key: string;
  op: 'update' | 'insert' | 'delete';
  field: string | null;
  old: unknown;
  new: unknown;
  order_id: number | null;
};

const KINDS = [
  'edit',
  'form',
  'paste',
  'fill',
  'bulk',
  'import',
  'undo',
  'redo',
  'create',
  'delete',
];
const ABOVE = (
  <Anchor component={Link} to="/orders" size="sm" c="dimmed">
    Orders
  </Anchor>
);

export function HistoryPage() {
  return (
    <WithDesk title="History of orders">
      <History />
    </WithDesk>
  );
}

function History() {
  const desk = useDesk();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as Record<string, unknown>;
  const kind = KINDS.find((one) => one === search.kind);
  const [shown, setShown] = useState<Deed | null>(null);
  const undo = useUndo(desk.can_edit, () => {
    void queries.invalidateQueries({ queryKey: ['orders'] });
  });
  const list = useInfiniteQuery({
    queryKey: ['orders', 'changesets', kind],
    queryFn: ({ pageParam }) =>
      GET<{ items: Deed[]; next: number | null }>('/changesets', {
        params: { query: { kind, before: pageParam ?? undefined, limit: 50 } },
      }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
  const deeds = list.data?.pages.flatMap(({ items }) => items) ?? [];
  const revert = (deed: Deed) =>
    confirm({
      title: `Put back “${deed.title}”?`,
      body: 'What somebody changed since stays as it is, and is told. The way back is a deed itself.',
      confirm: 'Put back',
      cancel: 'Leave it',
      onConfirm: () => undo.run(deed.kind === 'undo' ? 'redo' : 'undo', deed.id),
    });
  return (
    <Page
      title="History of orders"
      description="Every change at the desk, by whom and when; each can be put back."
      above={ABOVE}
    >
      <Select
        aria-label="Kind"
        placeholder="Any kind"
        clearable
        w={190}
        data={KINDS.map((value) => ({ value, label: inWords(value) }))}
        value={kind ?? null}
        onChange={(next) =>
          void navigate({ to: '.', search: { ...search, kind: next ?? undefined }, replace: true })
        }
      />
      {list.isError && <ErrorNote {...told(list.error)} />}
      {list.isPending && <SkeletonLines lines={8} />}
      {list.data && deeds.length === 0 && (
        <EmptyNote title={kind ? 'Nothing of this kind' : 'Nothing was changed yet'} />
      )}
      {deeds.length > 0 && (
        <DataTable
          label="Changes"
          columns={columns(desk.can_edit, revert, setShown)}
          rows={deeds}
          rowKey={({ id }) => id}
          busy={list.isFetching}
        />
      )}
      {list.hasNextPage && (
        <Group justify="center">
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage().catch(toastError)}
          >
            Earlier changes
          </Button>
        </Group>
      )}
      <Modal opened={shown !== null} onClose={() => setShown(null)} title={shown?.title} size="lg">
        {shown && <Details deed={shown} />}
      </Modal>
      <SkippedDialog skipped={undo.skipped} onClose={undo.seen} />
    </Page>
  );
}

const columns = (
  canEdit: boolean,
  onRevert: (deed: Deed) => void,
  onShow: (deed: Deed) => void,
): Column<Deed>[] => [
  {
    key: 'title',
    title: 'What',
    cell: (deed) => (
      <Box>
        <Anchor
          component="button"
          fw={600}
          c="var(--mu-text)"
          ta="left"
          onClick={() => onShow(deed)}
        >
          {deed.title}
        </Anchor>
        {deed.reason && (
          <Text size="sm" c="dimmed">
            {deed.reason}
          </Text>
        )}
      </Box>
    ),
  },
  { key: 'kind', title: 'Kind', width: 110, cell: (deed) => <Badge>{inWords(deed.kind)}</Badge> },
  { key: 'actor', title: 'Who', width: 180, cell: ({ actor }) => <Text size="sm">{actor}</Text> },
  { key: 'at', title: 'When', width: 140, cell: ({ at }) => <Moment at={at} /> },
  { key: 'orders', title: 'Orders', number: true, width: 90, cell: ({ orders }) => count(orders) },
  { key: 'cells', title: 'Cells', number: true, width: 90, cell: ({ cells }) => count(cells) },
  {
    key: 'actions',
    title: 'Actions',
    width: 130,
    cell: (deed) =>
      deed.undone_by !== null ? (
        <Text size="sm" c="dimmed">
          Put back
        </Text>
      ) : (
        canEdit && (
          <Button
            size="xs"
            variant="default"
            aria-label={`Put back: ${deed.title}`}
            onClick={() => onRevert(deed)}
          >
            Put back
          </Button>
        )
      ),
  },
];

function Details({ deed }: { deed: Deed }) {
  const found = useQuery({
    queryKey: ['orders', 'changeset', deed.id],
    queryFn: () => GET<Deed & { changes: Change[] }>(`/changesets/${deed.id}`),
  });
  return (
    <StateView query={found} skeleton={<SkeletonLines lines={6} />}>
      {({ changes, cells }) => (
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {deed.actor}, <Moment at={deed.at} />: {plural(cells, 'cell')} of{' '}
            {plural(deed.orders, 'order')}
            {changes.length < cells && `, the first ${count(changes.length)} here`}
          </Text>
          <Table.ScrollContainer minWidth={420} mah={420}>
            <Table aria-label="Its changes" verticalSpacing={4} stickyHeader>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Of</Table.Th>
                  <Table.Th>Field</Table.Th>
                  <Table.Th>Before</Table.Th>
                  <Table.Th>After</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {changes.map((one) => (
                  <ChangeRow key={`${one.entity} ${one.key} ${one.field} ${one.op}`} change={one} />
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Stack>
      )}
    </StateView>
  );
}

const OPS = { update: '', insert: 'made', delete: 'deleted' };

function ChangeRow({ change }: { change: Change }) {
  const desk = useDesk();
  const { entity, key, op, field, order_id } = change;
  const text = (value: unknown) => {
    if (field === null || value === null || value === undefined) return NOTHING;
    if (typeof value === 'object') return JSON.stringify(value);
    return valueText(desk, entity === 'order' ? field : '', value as Value);
  };
  return (
    <Table.Tr>
      <Table.Td>
        {entity === 'order' || order_id === null ? key : `${order_id}: ${entity} ${key}`}
      </Table.Td>
      <Table.Td>{field === null ? OPS[op] : fieldLabel(desk, field)}</Table.Td>
      <Table.Td>{text(change.old)}</Table.Td>
      <Table.Td>{text(change.new)}</Table.Td>
    </Table.Tr>
  );
}
