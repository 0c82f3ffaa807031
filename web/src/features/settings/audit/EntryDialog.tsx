// One entry of the log: what it changed, why, and its place in the chain.
import { Code, Modal, Stack, Table, Text } from '@mantine/core';
import { moment } from '@/lib/format';
import { Scrolled } from '../parts/Scrolled';
import type { Entry } from './AuditTab';
import { changes } from './changes';

type Props = { entry: Entry | null; onClose: () => void };

export function EntryDialog({ entry, onClose }: Props) {
  return (
    <Modal
      opened={entry !== null}
      onClose={onClose}
      size="xl"
      title={entry && `Entry ${entry.id}: ${entry.action}`}
    >
      {entry && <Detail entry={entry} />}
    </Modal>
  );
}

function Detail({ entry }: { entry: Entry }) {
  const changed = changes(entry.before, entry.after);
  const facts: [string, string | null][] = [
    ['Who', entry.actor],
    ['When', moment(entry.at)],
    ['To what', entry.subject],
    ['Why', entry.reason || null],
    ['Request', entry.request_id],
    ['Place in the chain', entry.position === null ? null : String(entry.position)],
    ['Hash', entry.hash],
    ['Hash before', entry.previous_hash || null],
  ];
  return (
    <Stack>
      <Table aria-label="About the entry" withRowBorders={false} verticalSpacing={4}>
        <Table.Tbody>
          {facts.map(
            ([name, value]) =>
              value !== null && (
                <Table.Tr key={name}>
                  <Table.Th scope="row" w={150} fw={400} c="dimmed" pl={0}>
                    {name}
                  </Table.Th>
                  <Table.Td>{name.startsWith('Hash') ? <Code>{value}</Code> : value}</Table.Td>
                </Table.Tr>
              ),
          )}
        </Table.Tbody>
      </Table>
      {changed.length === 0 ? (
        <Text c="dimmed">It changed no field.</Text>
      ) : (
        <Scrolled label="Before and after">
          <Table aria-label="What it changed" miw={480}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Field</Table.Th>
                <Table.Th>Before</Table.Th>
                <Table.Th>After</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {changed.map(({ path, before, after }) => (
                <Table.Tr key={path}>
                  <Table.Th scope="row">{path}</Table.Th>
                  <Value text={before} />
                  <Value text={after} />
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Scrolled>
      )}
    </Stack>
  );
}

function Value({ text }: { text: string | null }) {
  return (
    <Table.Td style={{ verticalAlign: 'top' }}>
      {text === null ? (
        <Text span c="dimmed" size="sm">
          nothing
        </Text>
      ) : (
        <Text span size="sm" ff="monospace" style={{ whiteSpace: 'pre-wrap' }}>
          {text}
        </Text>
      )}
    </Table.Td>
  );
}
