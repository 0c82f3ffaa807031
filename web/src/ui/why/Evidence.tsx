// The events a condition was judged by, folded away until somebody wants to see them.
import { Collapse, ScrollArea, Table, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import type { Schemas } from '@/api/client';
import { vocabularyQuery } from '@/api/queries';
import { moment } from '@/lib/format';
import { evidenceWords, valueText } from './logic';
import classes from './WhySheet.module.css';

const MOST_FIELDS = 6;

export function Evidence({
  evidence,
  about,
}: {
  evidence: Schemas['EvidenceBody'];
  about: string;
}) {
  const [open, { toggle }] = useDisclosure();
  const id = useId();
  if (evidence.total === 0) return <span className={classes.quiet}>No such event was found.</span>;
  const Sign = open ? IconChevronDown : IconChevronRight;
  return (
    <div>
      <UnstyledButton
        className={classes.fold}
        onClick={toggle}
        aria-expanded={open}
        aria-controls={id}
        aria-label={`${evidenceWords(evidence)} behind: ${about}`}
      >
        <Sign size={16} aria-hidden /> {evidenceWords(evidence)}
      </UnstyledButton>
      <Collapse expanded={open} id={id}>
        {open && <Rows rows={evidence.rows} about={about} />}
      </Collapse>
    </div>
  );
}

function Rows({ rows, about }: { rows: Schemas['EventRowBody'][]; about: string }) {
  const vocabulary = useQuery(vocabularyQuery);
  const events = vocabulary.data?.events ?? [];
  const labelOf = (source: string) => events.find(({ name }) => name === source)?.label ?? source;
  const fields = events.flatMap((event) => event.fields);
  const shown = [...new Set(rows.flatMap((row) => Object.keys(row.fields)))]
    .filter((name) => !['id', 'occurred_at', 'ingested_at'].includes(name))
    .slice(0, MOST_FIELDS);
  return (
    <ScrollArea type="auto" scrollbars="x" viewportProps={{ tabIndex: 0 }}>
      <Table verticalSpacing={4} fz="xs" aria-label={`Events behind: ${about}`}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>When</Table.Th>
            <Table.Th>What</Table.Th>
            {shown.map((name) => (
              <Table.Th key={name}>
                {fields.find((field) => field.name === name)?.label ?? name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows have no key of their own and stay
            <Table.Tr key={place}>
              <Table.Td className={classes.nowrap}>{moment(row.at)}</Table.Td>
              <Table.Td>
                {labelOf(row.source)}
                {row.steps.length > 0 && ` (step ${row.steps.join(', ')})`}
              </Table.Td>
              {shown.map((name) => (
                <Table.Td key={name}>{valueText(row.fields[name])}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollArea>
  );
}
