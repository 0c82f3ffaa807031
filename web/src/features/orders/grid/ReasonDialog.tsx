// Some steps want a reason, which stands in the order's history.
import { Button, Group, Modal, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Asking } from './useEditing';

export function ReasonDialog({ asking }: { asking: Asking | null }) {
  if (asking === null) return null;
  return (
    <Modal opened onClose={() => asking.answer(null)} title="A reason is needed">
      <Form asking={asking} />
    </Modal>
  );
}

function Form({ asking }: { asking: Asking }) {
  const [reason, setReason] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim()) asking.answer(reason.trim());
  };
  return (
    <form onSubmit={submit}>
      <Textarea
        label={asking.words}
        description="It stands in the history for good."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && !event.shiftKey) submit(event);
        }}
        maxLength={500}
        data-autofocus
        autosize
        minRows={2}
      />
      <Group justify="flex-end" mt="md">
        <Button variant="default" onClick={() => asking.answer(null)}>
          Leave it as it is
        </Button>
        <Button type="submit" disabled={!reason.trim()}>
          Change it
        </Button>
      </Group>
    </form>
  );
}
