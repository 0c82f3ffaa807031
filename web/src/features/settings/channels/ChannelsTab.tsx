// Where notifications go outside of Muster: webhooks and e-mail, with how the last one fared.
import { Button, Group, Paper, Stack, Switch, Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconMail, IconPlus, IconWebhook } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { Chip } from '@/ui/chips';
import { confirm } from '@/ui/confirm';
import { EmptyNote } from '@/ui/EmptyNote';
import { Moment } from '@/ui/Moment';
import { StateView } from '@/ui/StateView';
import { Section } from '../parts/Section';
import { type Secret, ShownOnce } from '../parts/ShownOnce';
import { channelsQuery } from '../queries';
import { ChannelDialog } from './ChannelDialog';
import { kindLabel } from './kinds';
import { useChannelWork } from './useChannelWork';

export type Channel = Schemas['ChannelBody'];
type Edited = Channel | 'new' | null;

export function ChannelsTab() {
  const channels = useQuery(channelsQuery);
  const [edited, setEdited] = useState<Edited>(null);
  const [secret, setSecret] = useState<Secret | null>(null);
  return (
    <Section
      title="Notification channels"
      description="Failed runs, segments that shrink or grow, and approvals always appear under the bell. Channels send them on."
      actions={
        <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setEdited('new')}>
          New channel
        </Button>
      }
    >
      <StateView
        query={channels}
        isEmpty={({ items }) => items.length === 0}
        empty={
          <EmptyNote title="No channel yet">
            A webhook tells another program; e-mail tells people. Without one, notifications stay
            under the bell.
          </EmptyNote>
        }
      >
        {({ items }) => (
          <Stack>
            {items.map((one) => (
              <ChannelCard
                key={one.id}
                channel={one}
                onEdit={() => setEdited(one)}
                onSecret={setSecret}
              />
            ))}
          </Stack>
        )}
      </StateView>
      <ChannelDialog
        channel={edited}
        kinds={channels.data?.kinds ?? []}
        onClose={() => setEdited(null)}
        onMade={(made) => {
          setEdited(null);
          setSecret(made);
        }}
      />
      <ShownOnce secret={secret} onClose={() => setSecret(null)} />
    </Section>
  );
}

type CardProps = { channel: Channel; onEdit: () => void; onSecret: (secret: Secret) => void };

function ChannelCard({ channel, onEdit, onSecret }: CardProps) {
  const { test, enable, rotate, remove } = useChannelWork(channel, onSecret);
  const Icon = channel.kind === 'webhook' ? IconWebhook : IconMail;
  return (
    <Paper withBorder p="md" bg="var(--mu-surface)" component="article" aria-label={channel.name}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start">
          <Group gap="sm" wrap="nowrap" align="flex-start" miw={0}>
            <Icon size={22} aria-hidden style={{ flexShrink: 0, marginTop: 2 }} />
            <div>
              <Title order={3}>{channel.name}</Title>
              <Text size="sm" c="dimmed">
                {channel.target}
              </Text>
            </div>
          </Group>
          <Switch
            label="On"
            aria-label={`Send to ${channel.name}`}
            checked={channel.enabled}
            onChange={(event) => enable.mutate(event.currentTarget.checked)}
          />
        </Group>
        <Text size="sm">
          {channel.kinds.length === 0
            ? 'Told of everything'
            : `Told of: ${channel.kinds.map(kindLabel).join(', ')}`}
        </Text>
        {channel.problem && (
          <Group gap="xs" wrap="nowrap" align="flex-start">
            <IconAlertTriangle size={18} color="var(--mu-warn)" aria-hidden />
            <Text size="sm">{channel.problem}</Text>
          </Group>
        )}
        <LastDelivery channel={channel} />
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            loading={test.isPending}
            onClick={() => test.mutate()}
          >
            Send a test
          </Button>
          <Button size="xs" variant="default" onClick={onEdit}>
            Edit
          </Button>
          {channel.kind === 'webhook' && (
            <Button
              size="xs"
              variant="default"
              onClick={() =>
                confirm({
                  title: `A new secret for ${channel.name}?`,
                  body: 'Messages are signed with the new one at once; the receiver must learn it.',
                  confirm: 'Make a new secret',
                  onConfirm: () => rotate.mutate(),
                })
              }
            >
              New secret
            </Button>
          )}
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            onClick={() =>
              confirm({
                title: `Delete the channel ${channel.name}?`,
                body: 'What still waits to be sent through it is given up.',
                confirm: 'Delete',
                onConfirm: () => remove.mutate(),
              })
            }
          >
            Delete
          </Button>
        </Group>
      </Stack>
    </Paper>
  );
}

const DELIVERY = {
  pending: { tone: 'info', label: 'Waiting' },
  sending: { tone: 'info', label: 'Sending' },
  sent: { tone: 'good', label: 'Sent' },
  failed: { tone: 'bad', label: 'Failed' },
} as const;

function LastDelivery({ channel: { last_delivery: last } }: { channel: Channel }) {
  if (last === null)
    return (
      <Text size="sm" c="dimmed">
        Nothing was sent yet.
      </Text>
    );
  const { tone, label } = DELIVERY[last.state];
  return (
    <Group gap="xs">
      <Chip tone={tone}>{label}</Chip>
      <Moment at={last.at} />
      {last.error && <Text size="sm">{last.error}</Text>}
    </Group>
  );
}
