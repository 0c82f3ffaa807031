// Cancel what is not over, retry what failed; nothing for those who may not.
import { Button } from '@mantine/core';
import { IconPlayerStop, IconRefresh } from '@tabler/icons-react';
import type { Schemas } from '@/api/client';
import { isOver } from '@/api/run-stream';
import { useWorkspace } from '@/api/session';
import { useRunAction } from './queries';

type Props = {
  run: Schemas['RunBody'];
  size?: 'xs' | 'sm';
  /** Told the id of the run that repeats this one. */
  onRetried?: (id: number) => void;
};

export function RunActions({ run, size = 'xs', onRetried }: Props) {
  const { can } = useWorkspace();
  const act = useRunAction();
  if (!can('run')) return null;
  if (!isOver(run))
    return (
      <Button
        variant="default"
        size={size}
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        loading={act.isPending || run.cancel_requested_at !== null}
        onClick={() => act.mutate({ id: run.id, action: 'cancel' })}
        aria-label={`Cancel run ${run.id}`}
      >
        Cancel
      </Button>
    );
  if (run.state === 'published') return null;
  return (
    <Button
      variant="default"
      size={size}
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={act.isPending}
      onClick={() =>
        act.mutate({ id: run.id, action: 'retry' }, { onSuccess: (retry) => onRetried?.(retry.id) })
      }
      aria-label={`Retry run ${run.id}`}
    >
      Retry
    </Button>
  );
}
