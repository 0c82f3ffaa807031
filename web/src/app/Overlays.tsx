// What lies over every page: the ended session, the lost connection.
import { Button, Group, Modal, Paper, Text } from '@mantine/core';
import { useNetwork } from '@mantine/hooks';
import { IconWifiOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { onSessionEnd } from '@/api/client';
import { signIn } from './enter';

export function Overlays() {
  return (
    <>
      <SessionEnded />
      <OfflineBar />
    </>
  );
}

function SessionEnded() {
  const [ended, setEnded] = useState(false);
  useEffect(() => onSessionEnd(() => setEnded(true)), []);
  return (
    <Modal opened={ended} onClose={() => setEnded(false)} title="Your session has ended">
      <Text>Sign in again to go on; drafts are kept, and you come back to this page.</Text>
      <Group justify="flex-end" mt="md">
        <Button onClick={signIn}>Sign in</Button>
      </Group>
    </Modal>
  );
}

function OfflineBar() {
  const { online } = useNetwork();
  if (online) return null;
  return (
    <Paper
      role="status"
      withBorder
      px="md"
      py="xs"
      bg="var(--mu-raised)"
      pos="fixed"
      bottom={12}
      left="50%"
      style={{ transform: 'translateX(-50%)', zIndex: 400 }}
    >
      <Group gap="xs" wrap="nowrap">
        <IconWifiOff size={18} aria-hidden />
        <Text size="sm">You are offline. What you write is kept here.</Text>
      </Group>
    </Paper>
  );
}
