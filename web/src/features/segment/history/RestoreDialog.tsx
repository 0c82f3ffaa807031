// Restore an old version of a rule: first what it would do, then why, then the way back.
import { Button, Group, List, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Schemas } from '@/api/client';
import { refreshRules } from '@/api/queries';
import { count } from '@/lib/format';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { toastDone, toastError } from '@/ui/toast';
import { restorePlanQuery, restoreVersion } from '../queries';

type Props = {
  ruleId: number;
  title: string;
  version: number | null;
  newest: number;
  onClose: () => void;
};

export function RestoreDialog(props: Props) {
  const { version, onClose } = props;
  return (
    <Modal opened={version !== null} onClose={onClose} title={`Restore version ${version ?? ''}?`}>
      {version !== null && <Asked {...props} version={version} />}
    </Modal>
  );
}

function Asked({ ruleId, title, version, newest, onClose }: Props & { version: number }) {
  const queries = useQueryClient();
  const plan = useQuery(restorePlanQuery(ruleId, version));
  const [reason, setReason] = useState('');
  const restore = useMutation({
    mutationFn: (wanted: Schemas['RestoreInput']) => restoreVersion(ruleId, wanted),
    onSuccess: (answer, wanted) => {
      onClose();
      void refreshRules(queries);
      const waits = 'approval' in answer;
      toastDone(
        waits
          ? `Version ${wanted.version} of “${title}” waits for approval.`
          : `Version ${wanted.version} of “${title}” is restored. Refresh to publish its members.`,
        waits
          ? {}
          : {
              undo: () =>
                restore.mutate({ version: newest, reason: 'The restoring was taken back.' }),
            },
      );
    },
    onError: toastError,
  });
  return (
    <Stack>
      <StateView query={plan} skeleton={<SkeletonLines lines={3} />}>
        {(found) => <Plan plan={found} />}
      </StateView>
      <Textarea
        label="Why"
        description="Kept with the new version, for those who come later."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
        maxLength={500}
        autosize
        minRows={2}
        data-autofocus
      />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          onClick={() => restore.mutate({ version, reason: reason.trim() || undefined })}
          loading={restore.isPending}
          disabled={plan.isError}
        >
          {plan.data?.needs_approval ? 'Ask for approval' : 'Restore'}
        </Button>
      </Group>
    </Stack>
  );
}

function Plan({ plan }: { plan: Schemas['RulePlanBody'] }) {
  const moved = plan.effects.filter(({ change }) => change !== 'unchanged');
  return (
    <Stack gap="xs">
      <Text>{plan.sentence}</Text>
      {moved.length === 0 ? (
        <Text size="sm" c="dimmed">
          It says what the rule says now; nobody would enter or leave.
        </Text>
      ) : (
        <List size="sm">
          {moved.map((effect) => (
            <List.Item key={effect.name}>
              <b>{effect.name}</b>: {effectWords(effect)}
            </List.Item>
          ))}
        </List>
      )}
      {plan.warnings.map(({ code, path, sentence }) => (
        <Text key={code + path} size="sm">
          {sentence}
        </Text>
      ))}
    </Stack>
  );
}

const effectWords = (effect: Schemas['RulePlanBody']['effects'][number]): string => {
  const { change, size_before, size_after, entered, left } = effect;
  if (change === 'described') return 'name, tags, schedule or description only';
  if (size_after === null) return 'changes; nobody knows yet by how much';
  return `${count(size_before)} to ${count(size_after)} members, ${count(entered)} enter, ${count(left)} leave`;
};
