// A tag to add to what is chosen: one that exists, or a new one.
import { Autocomplete, Button, Group, Popover } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconTag } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { tagsQuery } from './queries';

const LONGEST_TAG = 50;

export function AddTag({ onAdd, disabled }: { onAdd: (tag: string) => void; disabled: boolean }) {
  const [open, { close, toggle }] = useDisclosure();
  const [tag, setTag] = useState('');
  const tags = useQuery(tagsQuery).data?.items ?? [];
  const add = (event: FormEvent) => {
    event.preventDefault();
    const wanted = tag.trim();
    if (wanted === '') return;
    close();
    setTag('');
    onAdd(wanted);
  };
  return (
    <Popover opened={open} onDismiss={close} trapFocus returnFocus position="top" width={320}>
      <Popover.Target>
        <Button
          variant="default"
          onClick={toggle}
          disabled={disabled}
          leftSection={<IconTag size={16} aria-hidden />}
        >
          Add tag
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Add a tag">
        <form onSubmit={add}>
          <Group gap="xs" align="flex-end" wrap="nowrap">
            <Autocomplete
              label="Tag"
              data={tags.map((one) => one.tag)}
              value={tag}
              onChange={setTag}
              maxLength={LONGEST_TAG}
              comboboxProps={{ withinPortal: false }}
              data-autofocus
              flex={1}
            />
            <Button type="submit" variant="default" disabled={tag.trim() === ''}>
              Add
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
