// The order desk that all parts of its pages speak of: its fields, its money, what one may do.
import { Code, Stack, Text } from '@mantine/core';
import { IconShoppingCartOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext } from 'react';
import { isCode } from '@/api/errors';
import { useWorkspace } from '@/api/session';
import { EmptyNote } from '@/ui/EmptyNote';
import { Page } from '@/ui/Page';
import { StateView } from '@/ui/StateView';
import { deskQuery } from './server';
import type { Desk } from './types';

const Given = createContext<Desk | null>(null);

/** The desk; only within `WithDesk`. */
export const useDesk = (): Desk => {
  const desk = useContext(Given);
  if (desk === null) throw new Error('there is no desk around this part');
  return desk;
};

export const useRole = (): string => useWorkspace().role;

/** Shows a page of the desk once it is known; says how to set one up where there is none. */
export function WithDesk({ title, children }: { title: string; children: ReactNode }) {
  const desk = useQuery(deskQuery);
  if (desk.data) return <Given value={desk.data}>{children}</Given>;
  return (
    <Page title={title}>
      {isCode(desk.error, 'NO_ORDER_DESK') ? (
        <NoDesk />
      ) : (
        <StateView query={desk}>{() => null}</StateView>
      )}
    </Page>
  );
}

function NoDesk() {
  const { name } = useWorkspace();
  return (
    <EmptyNote
      icon={<IconShoppingCartOff size={32} stroke={1.5} aria-hidden />}
      title="This workspace has no order desk"
    >
      <Stack gap="xs">
        <Text>
          An order desk is where many people correct orders at once. It belongs to one workspace and
          lives in its own schema of PostgreSQL.
        </Text>
        <Text>
          Set one up with <Code>muster orders setup --workspace {name}</Code>, then fill it with{' '}
          <Code>muster orders populate</Code> or import orders here.
        </Text>
      </Stack>
    </EmptyNote>
  );
}
