// All keys that mean something on this page, by area.
import { Group, Kbd, Modal, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { type Key, useKnownKeys } from '@/lib/keys';
import { usePreferences } from '@/lib/preferences';
import { byArea, spelled } from './keyNames';

type Props = { opened: boolean; onClose: () => void };

export function KeysHelp({ opened, onClose }: Props) {
  const areas = byArea(useKnownKeys());
  const { singleKeys } = usePreferences();
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size="xl">
      <Stack>
        <Text size="sm" c="dimmed">
          Keys of one letter are {singleKeys ? 'on' : 'off'}; you turn them{' '}
          {singleKeys ? 'off' : 'on'} in{' '}
          <Link to="/settings/$tab" params={{ tab: 'account' }} onClick={onClose}>
            Settings, Your account
          </Link>
          . They never act while you write.
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl">
          {areas.map(([area, keys]) => (
            <Area key={area} name={area} keys={keys} />
          ))}
        </SimpleGrid>
      </Stack>
    </Modal>
  );
}

function Area({ name, keys }: { name: string; keys: Key[] }) {
  return (
    <section>
      <Title order={3} mb="xs">
        {name}
      </Title>
      <Table verticalSpacing={6} aria-label={`Keys: ${name}`} withRowBorders={false}>
        <Table.Tbody>
          {keys.map((key) => (
            <Table.Tr key={key.keys + key.label}>
              <Table.Th scope="row" fw={400} pl={0}>
                {key.label}
              </Table.Th>
              <Table.Td ta="right" pr={0}>
                <Keys keys={key.keys} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

/** How keys look: one after the other, with what is held down before them. */
function Keys({ keys }: { keys: string }) {
  return (
    <Group gap={4} justify="flex-end" wrap="nowrap">
      {keys.split(' ').map((one, place) => (
        <Fragment key={one}>
          {place > 0 && (
            <Text span size="xs" c="dimmed">
              then
            </Text>
          )}
          {spelled(one).map((part) => (
            <Kbd key={part}>{part}</Kbd>
          ))}
        </Fragment>
      ))}
    </Group>
  );
}
