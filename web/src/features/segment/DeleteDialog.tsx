// Delete a rule with its segment; what is made of it is named first, and forbids it.
import { Anchor, Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { isCode } from '@/api/errors';
import { refreshRules } from '@/api/queries';
import { plural } from '@/lib/format';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { toastDone, toastError } from '@/ui/toast';
import type { Segment } from './logic';
import { deleteRule, ruleLineageQuery } from './queries';

type Props = { segment: Segment; opened: boolean; onClose: () => void };

export function DeleteDialog({ segment, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Delete “${segment.title}”?`}>
      <Asked segment={segment} onClose={onClose} />
    </Modal>
  );
}

function Asked({ segment, onClose }: Pick<Props, 'segment' | 'onClose'>) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const lineage = useQuery(ruleLineageQuery(segment.rule.id));
  const remove = useMutation({
    mutationFn: () => deleteRule(segment.rule.id),
    onSuccess: async () => {
      await navigate({ to: '/segments' });
      void refreshRules(queries);
      toastDone(`“${segment.title}” is deleted.`);
    },
    onError: (error) => {
      if (isCode(error, 'HAS_DEPENDENTS')) void lineage.refetch();
      toastError(error);
    },
  });
  return (
    <StateView query={lineage} skeleton={<SkeletonLines lines={2} />}>
      {({ nodes, edges }) => {
        const children = new Set(
          edges.filter(({ parent }) => parent === segment.rule.name).map(({ child }) => child),
        );
        const dependents = nodes.filter(({ name }) => children.has(name));
        return (
          <Stack>
            {dependents.length > 0 ? (
              <Dependents rules={dependents} />
            ) : (
              <Text>
                Its rule, every version and the members go with it. This cannot be undone; archive
                it to keep all of that.
              </Text>
            )}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose} data-autofocus>
                Keep
              </Button>
              <Button
                onClick={() => remove.mutate()}
                loading={remove.isPending}
                disabled={dependents.length > 0}
              >
                Delete
              </Button>
            </Group>
          </Stack>
        );
      }}
    </StateView>
  );
}

function Dependents({ rules }: { rules: { id: number; rule_name: string }[] }) {
  return (
    <div>
      <Text>
        {plural(rules.length, 'rule')} made of it would no longer mean anything. Change, archive or
        delete them first:
      </Text>
      <List mt="xs">
        {rules.map(({ id, rule_name }) => (
          <List.Item key={id}>
            <Anchor component={Link} to={`/rules/edit/${id}`} underline="always">
              {rule_name}
            </Anchor>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
