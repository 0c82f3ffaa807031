// A new workspace: its title, and the name that addresses and the command line know it by.
import { Button, Checkbox, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { formFaults } from '@/lib/faults';
import { ErrorNote } from '@/ui/ErrorNote';
import { toastDone } from '@/ui/toast';
import { nameFrom } from './nameFrom';
import { useSwitchWorkspace } from './switchWorkspace';

type Props = { opened: boolean; onClose: () => void };

export function NewWorkspace({ opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="New workspace">
      <Form onClose={onClose} />
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const queries = useQueryClient();
  const switchTo = useSwitchWorkspace();
  const [refused, setRefused] = useState<{ sentence: string; hint: string | null } | null>(null);
  const [busy, setBusy] = useState(false);
  const [named, setNamed] = useState(false);
  const form = useForm({ initialValues: { title: '', name: '', synthetic: false } });
  const send = async (body: typeof form.values) => {
    setBusy(true);
    setRefused(null);
    try {
      const made = await unwrap(api.POST('/api/workspaces', { body }));
      await queries.invalidateQueries({ queryKey: ['workspaces'] });
      onClose();
      await switchTo(made.name, '/sources/model');
      toastDone(`The workspace ${made.title} is ready. It needs a data model next.`);
    } catch (error) {
      const { fields, rest } = formFaults(error, Object.keys(form.values));
      form.setErrors(fields);
      setRefused(rest);
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={form.onSubmit(send)} noValidate>
      <Stack>
        <TextInput
          label="Title"
          description="What people call it"
          data-autofocus
          {...form.getInputProps('title')}
          onChange={(event) => {
            const title = event.currentTarget.value;
            form.setFieldValue('title', title);
            if (!named) form.setFieldValue('name', nameFrom(title));
          }}
        />
        <TextInput
          label="Name"
          description="Small letters, digits and _; it never changes"
          {...form.getInputProps('name')}
          onChange={(event) => {
            setNamed(true);
            form.setFieldValue('name', event.currentTarget.value);
          }}
        />
        <Checkbox
          label="Its data is generated, and is marked so everywhere"
          {...form.getInputProps('synthetic', { type: 'checkbox' })}
        />
        {refused && <ErrorNote {...refused} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
