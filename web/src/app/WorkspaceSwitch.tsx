// Which workspace is shown; another one loads everything anew.
import { Badge, Button, Group, Menu, Text } from '@mantine/core';
import { IconCheck, IconSelector } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useWorkspace, workspacesQuery } from '@/api/session';

export function WorkspaceSwitch() {
  const workspace = useWorkspace();
  const workspaces = useQuery(workspacesQuery);
  const queries = useQueryClient();
  const navigate = useNavigate();
  const choose = async (name: string) => {
    queries.removeQueries({
      predicate: (query) => !['session', 'workspaces'].includes(String(query.queryKey[0])),
    });
    await navigate({ to: '/', search: { workspace: name } });
  };
  return (
    <Menu position="bottom-start" width={260}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          px="xs"
          rightSection={<IconSelector size={16} aria-hidden />}
          aria-label={`Workspace: ${workspace.title}`}
          styles={{ label: { overflow: 'hidden', textOverflow: 'ellipsis' } }}
        >
          {workspace.title}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Workspaces</Menu.Label>
        {workspaces.data?.items.map((one) => (
          <Menu.Item
            key={one.name}
            onClick={() => choose(one.name)}
            leftSection={
              <IconCheck
                size={16}
                aria-hidden
                visibility={one.name === workspace.name ? undefined : 'hidden'}
              />
            }
          >
            <Group gap="xs" justify="space-between">
              <Text size="sm">{one.title}</Text>
              {one.synthetic && <Badge size="sm">synthetic data</Badge>}
            </Group>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
