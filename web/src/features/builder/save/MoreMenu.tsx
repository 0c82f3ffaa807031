// What else may be done with the rule.
import { ActionIcon, Button, Group, List, Menu, Modal, Stack, Text } from '@mantine/core';
import {
  IconArchive,
  IconCopy,
  IconDots,
  IconFileOff,
  IconPencil,
  IconRefresh,
  IconTrash,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { refreshRules } from '@/api/queries';
import { useWorkspace } from '@/api/session';
import { plural } from '@/lib/format';
import { confirm } from '@/ui/confirm';
import { SkeletonLines, StateView } from '@/ui/StateView';
import { toastDone, toastError } from '@/ui/toast';
import type { Content } from '../document';
import { lineageQuery, segmentOfRuleQuery } from '../queries';
import type { Edited, Wanted } from './useSaving';

type Props = {
  edited: Edited | null;
  /** What is being edited, at the moment it is asked for. */
  read: () => Content;
  onSave: (wanted: Wanted) => void;
  /** The rule is gone, or as it was: what is edited here no longer counts. */
  onForget: () => void;
  /** Load it anew. */
  onReload: () => void;
};

export function MoreMenu({ edited, read, onSave, onForget, onReload }: Props) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { can } = useWorkspace();
  const [deleting, setDeleting] = useState(false);
  const segment = useQuery({
    ...segmentOfRuleQuery(edited?.id ?? 0, edited?.name ?? ''),
    enabled: edited?.published === true,
  });
  const copy = () => {
    const { definition, details } = read();
    void navigate({
      to: '/rules/new',
      search: {
        definition: JSON.stringify(definition),
        title: `Copy of ${details.title}`.trim(),
      },
    });
  };
  const step = async (done: string, asked: () => Promise<unknown>, leave: boolean) => {
    try {
      await asked();
      onForget();
      toastDone(done);
      if (leave) await navigate({ to: '/rules' });
      await refreshRules(queries);
      if (!leave) onReload();
    } catch (error) {
      toastError(error);
    }
  };
  const params = { path: { rule_id: edited?.id ?? 0 } };
  const headers = { header: { 'If-Match': edited?.etag ?? null } };
  const archive = () =>
    confirm({
      title: 'Archive this rule?',
      body: 'It is evaluated no more and its schedule goes; its segment stays as it is.',
      confirm: 'Archive',
      onConfirm: () =>
        void step(
          'Archived',
          () => unwrap(api.POST('/api/rules/{rule_id}/archive', { params, body: { reason: '' } })),
          true,
        ),
    });
  const discard = () =>
    confirm({
      title: 'Discard the draft?',
      body: 'The published version is edited again. The draft stays in the list of versions.',
      confirm: 'Discard',
      onConfirm: () =>
        void step(
          'Back to the published version',
          () => unwrap(api.POST('/api/rules/{rule_id}/discard', { params, body: { reason: '' } })),
          false,
        ),
    });
  const remove = () =>
    void step(
      'Deleted',
      () =>
        unwrap(api.DELETE('/api/rules/{rule_id}', { params: { ...params, ...headers } })).then(
          () => {},
        ),
      true,
    );
  return (
    <>
      <Menu position="bottom-end" width={230}>
        <Menu.Target>
          <ActionIcon size="lg" aria-label="More">
            <IconDots size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {can('edit') && can('run') && (
            <Menu.Item
              leftSection={<IconRefresh size={16} aria-hidden />}
              onClick={() => onSave({ asDraft: false, refresh: true })}
            >
              Save and refresh
            </Menu.Item>
          )}
          {can('edit') && (
            <Menu.Item
              leftSection={<IconPencil size={16} aria-hidden />}
              onClick={() => onSave({ asDraft: true, refresh: false })}
            >
              Save as draft
            </Menu.Item>
          )}
          {segment.data && (
            <Menu.Item
              leftSection={<IconUsersGroup size={16} aria-hidden />}
              renderRoot={(props) => (
                <Link
                  to="/segments/$segmentId"
                  params={{ segmentId: String(segment.data?.id) }}
                  {...props}
                />
              )}
            >
              Open the segment
            </Menu.Item>
          )}
          {can('edit') && (
            <Menu.Item leftSection={<IconCopy size={16} aria-hidden />} onClick={copy}>
              Duplicate
            </Menu.Item>
          )}
          {edited && can('edit') && (
            <>
              <Menu.Divider />
              {edited.published && edited.hasDraft && (
                <Menu.Item leftSection={<IconFileOff size={16} aria-hidden />} onClick={discard}>
                  Discard the draft
                </Menu.Item>
              )}
              <Menu.Item leftSection={<IconArchive size={16} aria-hidden />} onClick={archive}>
                Archive
              </Menu.Item>
              <Menu.Item
                leftSection={<IconTrash size={16} aria-hidden />}
                onClick={() => setDeleting(true)}
              >
                Delete
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      {edited && deleting && (
        <DeleteDialog
          edited={edited}
          onClose={() => setDeleting(false)}
          onDelete={() => {
            setDeleting(false);
            remove();
          }}
        />
      )}
    </>
  );
}

type Deleting = { edited: Edited; onClose: () => void; onDelete: () => void };

function DeleteDialog({ edited, onClose, onDelete }: Deleting) {
  const lineage = useQuery(lineageQuery(edited.id));
  return (
    <Modal opened onClose={onClose} title={`Delete “${edited.content.details.title}”?`}>
      <StateView query={lineage} skeleton={<SkeletonLines lines={3} />}>
        {({ nodes }) => {
          const children = nodes.filter((node) => node.distance > 0);
          return (
            <Stack>
              {children.length > 0 ? (
                <>
                  <Text>
                    It cannot be deleted: {plural(children.length, 'rule is', 'rules are')} made of
                    it.
                  </Text>
                  <List size="sm">
                    {children.map((node) => (
                      <List.Item key={node.id}>
                        <Link to="/rules/edit/$ruleId" params={{ ruleId: String(node.id) }}>
                          {node.rule_name}
                        </Link>
                      </List.Item>
                    ))}
                  </List>
                </>
              ) : (
                <Text>The rule and its segment are seen no more, and its name is free again.</Text>
              )}
              <Group justify="flex-end">
                <Button variant="default" onClick={onClose} data-autofocus>
                  Keep
                </Button>
                <Button disabled={children.length > 0} onClick={onDelete}>
                  Delete
                </Button>
              </Group>
            </Stack>
          );
        }}
      </StateView>
    </Modal>
  );
}
