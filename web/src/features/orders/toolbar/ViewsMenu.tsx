// Saved views: filter, search, sort, columns and formats under a name, for oneself or for all.
import { Button, Checkbox, Group, Menu, Modal, Text, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconBookmark,
  IconCheck,
  IconDeviceFloppy,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { confirm } from '@/ui/confirm';
import { toastDone, toastError } from '@/ui/toast';
import { useBench } from '../grid/bench';
import type { QueryState } from '../grid/useQueryState';
import { EVERYTHING, writeQuery } from '../query';
import { dropView, keepView, makeView } from '../server';
import { useStore } from '../store';
import type { Query, SavedView, ViewState } from '../types';
import type { ViewTools } from './Toolbar';

const queryOf = ({ filter, search, sort }: ViewState): Query => ({
  filter: filter ?? null,
  search: search ?? '',
  sort: sort ?? [],
});

type Props = { address: QueryState; view: ViewTools };

export function ViewsMenu({ address, view: tools }: Props) {
  const { views, view, layout, arrange } = tools;
  const bench = useBench();
  const formats = useStore(bench.formats);
  const queries = useQueryClient();
  const [asking, dialog] = useDisclosure();
  const now = (): ViewState => ({
    ...address.query,
    columns: bench.grid.current?.layout() ?? [],
    formats: [...formats],
  });
  const keep = useMutation({
    mutationFn: ({ id, ...body }: { id?: SavedView; name: string; shared: boolean }) => {
      const state = now();
      return id
        ? keepView(id.id, { ...body, state, row_version: id.row_version })
        : makeView({ ...body, state });
    },
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ['orders', 'views'] });
      toastDone(`The view “${made.name}” is kept.`);
      address.show(made.id, address.query);
    },
    onError: toastError,
  });
  const drop = useMutation({
    mutationFn: dropView,
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['orders', 'views'] });
      address.show(undefined, address.query);
    },
    onError: toastError,
  });
  const choose = (next: SavedView) => {
    address.show(next.id, queryOf(next.state));
    arrange(next);
  };
  const dirty = view !== null && isDirty(view, address.query, formats, layout);
  const group = (shared: boolean) => views.filter((one) => one.shared === shared);
  const item = (one: SavedView) => (
    <Menu.Item
      key={one.id}
      onClick={() => choose(one)}
      leftSection={
        <IconCheck size={16} aria-hidden visibility={one.id === view?.id ? undefined : 'hidden'} />
      }
    >
      {one.name}
      {!one.mine && (
        <Text span size="xs" c="dimmed">
          {' '}
          by {one.owner}
        </Text>
      )}
    </Menu.Item>
  );
  return (
    <>
      <Menu position="bottom-start" width={280} returnFocus={!asking}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />}>
            {view ? view.name : 'Views'}
            {dirty && (
              <Text span c="var(--mu-warn)" aria-label="changed" ml={4}>
                *
              </Text>
            )}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => address.show(undefined, EVERYTHING)}>All orders</Menu.Item>
          {group(false).length > 0 && <Menu.Label>Yours</Menu.Label>}
          {group(false).map(item)}
          {group(true).length > 0 && <Menu.Label>Shared</Menu.Label>}
          {group(true).map(item)}
          <Menu.Divider />
          {view?.mine && dirty && (
            <Menu.Item
              leftSection={<IconDeviceFloppy size={16} aria-hidden />}
              onClick={() => keep.mutate({ id: view, name: view.name, shared: view.shared })}
            >
              Save the changes to “{view.name}”
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
            Keep as a new view…
          </Menu.Item>
          {view?.mine && (
            <Menu.Item
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() =>
                confirm({
                  title: `Delete the view “${view.name}”?`,
                  body: view.shared ? 'Nobody will see it any more.' : 'It is yours alone.',
                  confirm: 'Delete',
                  onConfirm: () => drop.mutate(view.id),
                })
              }
            >
              Delete “{view.name}”
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={asking} onClose={dialog.close} title="Keep this view">
        <NameForm
          onCancel={dialog.close}
          onSave={(name, shared) => {
            dialog.close();
            keep.mutate({ name, shared });
          }}
        />
      </Modal>
    </>
  );
}

const isDirty = (
  view: SavedView,
  query: Query,
  formats: readonly unknown[],
  layout: readonly unknown[] | null,
): boolean => {
  const { state } = view;
  const said = (one: Query) => JSON.stringify(writeQuery(one) ?? null);
  return (
    said(queryOf(state)) !== said(query) ||
    JSON.stringify(state.formats ?? []) !== JSON.stringify(formats) ||
    (layout !== null && JSON.stringify(state.columns ?? []) !== JSON.stringify(layout))
  );
};

type FormProps = { onSave: (name: string, shared: boolean) => void; onCancel: () => void };

function NameForm({ onSave, onCancel }: FormProps) {
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onSave(name.trim(), shared);
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label="Its name"
        description="Filters, search, sort, columns and formats are kept."
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={60}
        data-autofocus
      />
      <Checkbox
        mt="md"
        label="For everybody in this workspace"
        checked={shared}
        onChange={(event) => setShared(event.currentTarget.checked)}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button type="submit" disabled={!name.trim()}>
          Keep
        </Button>
      </Group>
    </form>
  );
}
