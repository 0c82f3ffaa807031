// What one does with a rule of the list: refresh it, and the steps of its life.
import { ActionIcon, Button, Group, List, Menu, Stack, Text } from '@mantine/core';
import {
  IconArchive,
  IconArchiveOff,
  IconCopy,
  IconDots,
  IconHistory,
  IconPencil,
  IconRefresh,
  IconTrash,
  IconUpload,
} from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useWorkspace } from '@/api/session';
import { confirm } from '@/ui/confirm';
import { toastDone, toastError } from '@/ui/toast';
import { type Rule, type Step, stepsOf } from './logic';
import { childrenOf, useRuleStep, useTriggerRule } from './queries';

const STEPS: Record<Step, { label: string; icon: typeof IconTrash }> = {
  publish: { label: 'Publish the draft', icon: IconUpload },
  discard: { label: 'Discard the draft…', icon: IconHistory },
  archive: { label: 'Archive', icon: IconArchive },
  unarchive: { label: 'Bring back', icon: IconArchiveOff },
  delete: { label: 'Delete…', icon: IconTrash },
};

export function RuleActions({ rule, busy }: { rule: Rule; busy: boolean }) {
  const { can } = useWorkspace();
  const navigate = useNavigate();
  const step = useRuleStep();
  const take = useTake(step.mutate);
  return (
    <Group gap={4} wrap="nowrap" justify="flex-end">
      {can('run') && rule.status === 'published' && <Refresh rule={rule} busy={busy} />}
      {can('edit') && (
        <Menu position="bottom-end" width={210}>
          <Menu.Target>
            <ActionIcon size="lg" aria-label={`More for ${rule.title}`} loading={step.isPending}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={() => navigate({ to: `/rules/edit/${rule.id}` })}
            >
              Edit
            </Menu.Item>
            <Menu.Item
              leftSection={<IconCopy size={16} aria-hidden />}
              onClick={() => navigate({ to: '/rules/new', search: { copy: rule.id } })}
            >
              Duplicate
            </Menu.Item>
            {stepsOf(rule, can).map((what) => {
              const { label, icon: Icon } = STEPS[what];
              return (
                <Menu.Item
                  key={what}
                  leftSection={<Icon size={16} aria-hidden />}
                  onClick={() => take(rule, what)}
                >
                  {label}
                </Menu.Item>
              );
            })}
          </Menu.Dropdown>
        </Menu>
      )}
    </Group>
  );
}

function Refresh({ rule, busy }: { rule: Rule; busy: boolean }) {
  const trigger = useTriggerRule();
  const navigate = useNavigate();
  const start = () =>
    trigger.mutate(rule, {
      onSuccess: ({ run_id }) =>
        toastDone(`${rule.title} is being refreshed.`, {
          link: { label: 'Watch it', go: () => void navigate({ to: `/runs/${run_id}` }) },
        }),
    });
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconRefresh size={14} aria-hidden />}
      loading={trigger.isPending || busy}
      onClick={start}
      aria-label={`Refresh ${rule.title}`}
    >
      Refresh
    </Button>
  );
}

/** Steps that lose something are asked about first, with what hangs on the rule. */
const useTake =
  (mutate: (step: { rule: Rule; what: Step }) => void) => async (rule: Rule, what: Step) => {
    const go = () => mutate({ rule, what });
    if (what === 'discard')
      return confirm({
        title: `Discard the draft of ${rule.title}?`,
        body: 'The published version is what people edit again. The draft stays in the list of versions.',
        confirm: 'Discard',
        onConfirm: go,
      });
    if (what !== 'delete') return go();
    try {
      const children = await childrenOf(rule.id);
      confirm(children.length > 0 ? refused(rule, children) : deletion(rule, go));
    } catch (error) {
      toastError(error);
    }
  };

const deletion = (rule: Rule, go: () => void) => ({
  title: `Delete ${rule.title}?`,
  body: 'The rule, its schedule and its segment are seen no more. Archive it instead to keep the segment.',
  confirm: 'Delete',
  onConfirm: go,
});

const refused = (rule: Rule, children: string[]) => ({
  title: `${rule.title} cannot be deleted yet`,
  body: (
    <Stack gap="xs">
      <Text>These are made of it. Change or delete them first:</Text>
      <List>
        {children.map((child) => (
          <List.Item key={child}>{child}</List.Item>
        ))}
      </List>
    </Stack>
  ),
  confirm: 'Understood',
  cancel: 'Close',
  onConfirm: () => {},
});
