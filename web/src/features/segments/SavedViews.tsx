// Filters and order under a name of one's own: shown, kept, forgotten.
import { Button, Group, Menu, Modal, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconBookmark, IconCheck, IconPlus, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { toastDone, toastError } from '@/ui/toast';
import { MOST_VIEWS, type SavedView, type SegmentSearch, viewShown, withView } from './logic';
import { keepViews, viewsQuery } from './queries';

const EVERYTHING: SegmentSearch = {
  search: undefined,
  tag: undefined,
  owner: undefined,
  freshness: undefined,
  order: undefined,
  view: undefined,
};

type Props = { search: SegmentSearch; onChoose: (search: SegmentSearch) => void };

export function SavedViews({ search, onChoose }: Props) {
  const queries = useQueryClient();
  const views = useQuery(viewsQuery).data ?? [];
  const [asking, dialog] = useDisclosure();
  const keep = useMutation({
    mutationFn: keepViews,
    onSuccess: () => queries.invalidateQueries({ queryKey: ['kept'] }),
    onError: toastError,
  });
  const shown = viewShown(views, search);
  const save = (name: string) => {
    dialog.close();
    keep.mutate(withView(views, { name, search }), {
      onSuccess: () => toastDone(`The view “${name}” is kept.`),
    });
  };
  const forget = ({ name }: SavedView) =>
    keep.mutate(
      views.filter((view) => view.name !== name),
      {
        onSuccess: () =>
          toastDone(`The view “${name}” is forgotten.`, { undo: () => keep.mutate(views) }),
      },
    );
  return (
    <>
      <Menu position="bottom-start" width={260} returnFocus={!asking}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} aria-hidden />}>
            {shown ? `View: ${shown.name}` : 'Views'}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {views.length > 0 && <Menu.Label>Your views</Menu.Label>}
          {views.map((view) => (
            <Menu.Item
              key={view.name}
              onClick={() => onChoose({ ...EVERYTHING, ...view.search })}
              leftSection={
                <IconCheck
                  size={16}
                  aria-hidden
                  visibility={view === shown ? undefined : 'hidden'}
                />
              }
            >
              {view.name}
            </Menu.Item>
          ))}
          {views.length > 0 && <Menu.Divider />}
          <Menu.Item
            leftSection={<IconPlus size={16} aria-hidden />}
            onClick={dialog.open}
            disabled={views.length >= MOST_VIEWS}
          >
            Keep this view…
          </Menu.Item>
          {shown && (
            <Menu.Item
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => forget(shown)}
            >
              Forget “{shown.name}”
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <Modal opened={asking} onClose={dialog.close} title="Keep this view">
        <NameForm taken={views.map(({ name }) => name)} onSave={save} onCancel={dialog.close} />
      </Modal>
    </>
  );
}

type FormProps = { taken: string[]; onSave: (name: string) => void; onCancel: () => void };

function NameForm({ taken, onSave, onCancel }: FormProps) {
  const [name, setName] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) onSave(name.trim());
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        label="Its name"
        description={
          taken.includes(name.trim())
            ? 'You have a view of this name; it is replaced.'
            : 'Search, filters, order and table or cards are kept, for you alone.'
        }
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        maxLength={60}
        data-autofocus
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
