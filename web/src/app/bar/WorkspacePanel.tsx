// The workspaces one may enter; those who look after the installation make new ones here.
import { Badge, Box, Text } from '@mantine/core';
import { IconCheck, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useWorkspace, whoQuery, workspacesQuery } from '@/api/session';
import { useAsk } from '../dialogs';
import { useSwitchWorkspace } from '../switchWorkspace';
import classes from './BarPanel.module.css';

export function WorkspacePanel({ close }: { close: () => void }) {
  const here = useWorkspace();
  const workspaces = useQuery(workspacesQuery);
  const who = useQuery(whoQuery);
  const switchTo = useSwitchWorkspace();
  const ask = useAsk();
  return (
    <>
      <Text size="xs" c="dimmed" px={10} py={6}>
        Workspaces
      </Text>
      {workspaces.data?.items.map((one) => (
        <button
          key={one.name}
          type="button"
          className={classes.row}
          aria-current={one.name === here.name}
          onClick={() => {
            close();
            if (one.name !== here.name) void switchTo(one.name);
          }}
        >
          <Box w={16} style={{ flexShrink: 0 }}>
            {one.name === here.name && <IconCheck size={16} aria-hidden />}
          </Box>
          <Box flex={1} miw={0}>
            {one.title}
          </Box>
          {one.synthetic && <Badge size="sm">synthetic data</Badge>}
        </button>
      ))}
      {who.data?.installation_admin && (
        <>
          <hr className={classes.line} />
          <button
            type="button"
            className={classes.row}
            onClick={() => {
              close();
              ask('workspace');
            }}
          >
            <IconPlus size={16} aria-hidden />
            New workspace
          </button>
        </>
      )}
    </>
  );
}
