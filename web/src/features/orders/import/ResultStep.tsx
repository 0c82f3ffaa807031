// What an import did, and the way back.
import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { address } from '@/api/client';
import { plural } from '@/lib/format';
import { confirm } from '@/ui/confirm';
import { toastDone, toastError } from '@/ui/toast';
import { revertImport } from './server';
import type { Import } from './types';

const SAID: Record<string, string> = {
  applied: 'is imported',
  reverted: 'was imported and taken back',
  dropped: 'was dropped',
};

export function ResultStep({ one, onAnother }: { one: Import; onAnother: () => void }) {
  const queries = useQueryClient();
  const { summary } = one;
  const revert = useMutation({
    mutationFn: () => revertImport(one.id),
    onSuccess: ({ orders, skipped }) =>
      toastDone(
        `${plural(orders, 'order')} as before${skipped > 0 ? `; ${plural(skipped, 'cell')} changed since stay` : ''}.`,
      ),
    onError: toastError,
    onSettled: () => queries.invalidateQueries({ queryKey: ['orders'] }),
  });
  const parts = [
    summary.insert_orders && `${plural(summary.insert_orders, 'order')} made`,
    summary.update_orders && `${plural(summary.update_orders, 'order')} changed`,
    summary.errors && `${plural(summary.errors, 'row')} left out`,
  ].filter(Boolean);
  return (
    <Stack gap="md">
      <Text role="status">
        <strong>{one.file_name}</strong> {SAID[one.state]}
        {one.state === 'applied' && parts.length > 0 && `: ${parts.join(', ')}`}.
      </Text>
      <Group gap="xs">
        <Button component={Link} to="/orders">
          To the orders
        </Button>
        <Button variant="default" onClick={onAnother}>
          Another file
        </Button>
        {one.state === 'applied' && one.changeset_id !== null && (
          <Button
            variant="default"
            loading={revert.isPending}
            onClick={() =>
              confirm({
                title: 'Take this import back?',
                body: 'Orders it made go, those it changed are as before. What somebody changed since stays.',
                confirm: 'Take it back',
                cancel: 'Leave it',
                onConfirm: () => revert.mutate(),
              })
            }
          >
            Take it back
          </Button>
        )}
        {(summary.errors ?? 0) > 0 && (
          <Anchor href={address(`/api/orders/imports/${one.id}/errors.csv`)} download size="sm">
            Rows that were left out
          </Anchor>
        )}
      </Group>
    </Stack>
  );
}
