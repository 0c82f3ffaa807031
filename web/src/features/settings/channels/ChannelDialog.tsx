// A new channel, or another target or choice of kinds for one there is.
import { Button, Checkbox, Group, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQueryClient } from '@tanstack/react-query';
import { api, type Schemas, unwrap } from '@/api/client';
import { ErrorNote } from '@/ui/ErrorNote';
import { toastDone } from '@/ui/toast';
import type { Secret } from '../parts/ShownOnce';
import { useFormSend } from '../parts/useFormSend';
import { channelsQuery } from '../queries';
import type { Channel } from './ChannelsTab';
import { kindLabel } from './kinds';
import { secretOf } from './useChannelWork';

type Props = {
  channel: Channel | 'new' | null;
  kinds: string[];
  onClose: () => void;
  onMade: (secret: Secret | null) => void;
};

export function ChannelDialog({ channel, ...rest }: Props) {
  const title = channel === 'new' || channel === null ? 'New channel' : channel.name;
  return (
    <Modal opened={channel !== null} onClose={rest.onClose} title={title}>
      {channel !== null && <Form channel={channel === 'new' ? null : channel} {...rest} />}
    </Modal>
  );
}

type Values = { kind: Schemas['ChannelKind']; name: string; target: string; kinds: string[] };
type FormProps = Omit<Props, 'channel'> & { channel: Channel | null };

function Form({ channel, kinds, onClose, onMade }: FormProps) {
  const queries = useQueryClient();
  const form = useForm<Values>({
    initialValues: {
      kind: channel?.kind ?? 'webhook',
      name: channel?.name ?? '',
      target: channel?.target ?? '',
      kinds: channel?.kinds ?? [],
    },
  });
  const { busy, refusal, send } = useFormSend(form);
  const change = async (known: Channel, { target, kinds: chosen }: Values) => {
    await unwrap(
      api.PATCH('/api/channels/{channel_id}', {
        params: { path: { channel_id: known.id } },
        body: { target, kinds: chosen },
      }),
    );
    toastDone(`${known.name} is saved.`);
    return null;
  };
  const add = async (body: Values) => {
    const { channel: made, secret } = await unwrap(api.POST('/api/channels', { body }));
    return secret === null ? null : secretOf(made.name, secret);
  };
  const save = (values: Values) =>
    send(async () => {
      const secret = await (channel === null ? add(values) : change(channel, values));
      await queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
      onMade(secret);
    });
  const mail = form.values.kind === 'email';
  return (
    <form onSubmit={form.onSubmit((values) => void save(values))} noValidate>
      <Stack>
        {channel === null && (
          <>
            <SegmentedControl
              aria-label="How it is sent"
              data={[
                { value: 'webhook', label: 'Webhook' },
                { value: 'email', label: 'E-mail' },
              ]}
              {...form.getInputProps('kind')}
            />
            <TextInput
              label="Name"
              description="Small letters, digits and _"
              data-autofocus
              autoComplete="off"
              {...form.getInputProps('name')}
            />
          </>
        )}
        <TextInput
          label={mail ? 'E-mail addresses' : 'Address'}
          description={mail ? 'With commas between them' : 'Called with every notification, signed'}
          placeholder={mail ? 'team@example.com' : 'https://hooks.example.com/muster'}
          autoComplete="off"
          {...form.getInputProps('target')}
        />
        <Checkbox.Group
          label="Tell it when"
          description="None chosen: of everything"
          {...form.getInputProps('kinds')}
        >
          <Stack gap="xs" mt="xs">
            {kinds.map((kind) => (
              <Checkbox key={kind} value={kind} label={kindLabel(kind)} />
            ))}
          </Stack>
        </Checkbox.Group>
        {refusal && <ErrorNote {...refusal} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={busy}>
            {channel === null ? 'Add the channel' : 'Save'}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
